import type { SessionMemory } from './agent-memory.ts';
import type { Comebacks } from './comebacks.ts';
import type { Figures, Measured } from './measure.ts';
import type { RowName } from './scene.ts';
import { median } from './stats.ts';

export interface Goal {
  readonly title: string;
  readonly wanted: string;
  readonly reached: number;
  readonly met: boolean;
}

/** The goals, as ratios within the same run: the median of the rounds' own ratios, each round under its own load. */
export function judge(
  measured: readonly Measured[],
  { link }: Comebacks,
  memory: readonly SessionMemory[],
): readonly Goal[] {
  const ratio = (of: RowName, to: RowName, concurrency: number, pick: (figures: Figures) => number): number =>
    ratioOfRounds(measured, of, to, concurrency, pick);
  const p50 = ({ p50Us }: Figures) => p50Us;
  const rate = ({ callsPerS }: Figures) => callsPerS;
  const whole = (['whole-legacy', 'whole-modern'] as const).filter((name) =>
    measured.some((cell) => cell.name === name),
  );
  const era = { 'whole-legacy': 'legacy', 'whole-modern': 'modern' } as const;
  return [
    ...whole.map((name) =>
      atMost(`whole path (${era[name]}), p50 at 1, to the raw HTTP echo`, ratio(name, 'http-echo', 1, p50), 2.5),
    ),
    ...whole.flatMap((name) =>
      (['sdk-v1', 'sdk-v2'] as const).map((sdk) =>
        atLeast(
          `whole path (${era[name]}), calls/s at 64, to ${sdk.replace('sdk-', 'SDK ')}'s stock transport`,
          ratio(name, sdk, 64, rate),
          5,
        ),
      ),
    ),
    atMost('tools/list, p50 at 1, to an echo of the same bytes', ratio('tools-list', 'list-echo', 1, p50), 1.5),
    atMost('link online after the bridge is back, p95 in ms', link.p95Ms, 150, ' ms'),
    ...memory
      .filter(({ kind }) => kind === 'idle')
      .slice(-1)
      .map(({ sessions, heldMb }) =>
        atMost(`${sessions} initialised idle sessions over the start, held`, heldMb, 5, ' MB'),
      ),
  ];
}

/** The median of the rounds' own ratios. */
export function ratioOfRounds(
  measured: readonly Measured[],
  of: RowName,
  to: RowName,
  concurrency: number,
  pick: (figures: Figures) => number,
): number {
  const below = roundsOf(measured, to, concurrency);
  return median(
    roundsOf(measured, of, concurrency).map((figures, round) => pick(figures) / pick(below[round] ?? figures)),
  );
}

function roundsOf(measured: readonly Measured[], name: RowName, concurrency: number): readonly Figures[] {
  return measured.find((cell) => cell.name === name && cell.concurrency === concurrency)?.rounds ?? [];
}

function atMost(title: string, reached: number, limit: number, unit = '×'): Goal {
  return { title, wanted: `≤ ${limit}${unit}`, reached, met: reached <= limit };
}

function atLeast(title: string, reached: number, limit: number): Goal {
  return { title, wanted: `≥ ${limit}×`, reached, met: reached >= limit };
}
