/** The table that `npm run bench:truth` prints, and whether the goals are met. */
import { median, percentile } from '../bench/stats.ts';
import type { TruthResults } from './run-truth.ts';
import type { Judged, Verdict } from './verdict.ts';

export interface Tally {
  readonly answers: number;
  readonly right: number;
  readonly flagged: number;
  readonly wrong: number;
}

export function tally(judged: readonly Judged[]): Tally {
  const of = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict).length;
  return { answers: judged.length, right: of('right'), flagged: of('flagged'), wrong: of('wrong') };
}

export interface Goal {
  readonly title: string;
  readonly reached: string;
  readonly met: boolean;
}

export function judgeGoals({ judged, times, leftBehind }: TruthResults): Goal[] {
  const { answers, right, wrong } = tally(judged);
  const share = answers === 0 ? 0 : (100 * right) / answers;
  const waits = [...times].filter(([tool]) => !tool.includes('cold') && !tool.startsWith('…'));
  const slowest = Math.max(...waits.map(([, ms]) => median(ms)));
  return [
    { title: 'nothing wrong without a flag', reached: `${wrong}`, met: answers > 0 && wrong === 0 },
    { title: 'at least 99 % right', reached: `${share.toFixed(1)} %`, met: share >= 99 },
    { title: 'median wait under 1 s, every tool', reached: `${Math.round(slowest)} ms`, met: slowest < 1_000 },
    { title: 'no tab, no unsaved file left', reached: leftBehind ?? 'none', met: leftBehind === undefined },
  ];
}

export function report(results: TruthResults): string {
  const tools = [...new Set(results.judged.map(({ tool }) => tool))];
  const kinds = [...new Set(results.judged.map(({ kind }) => kind))];
  const row = (title: string, judged: readonly Judged[]) => {
    const { answers, right, flagged, wrong } = tally(judged);
    return `| ${title} | ${answers} | ${right} | ${flagged} | ${wrong} |`;
  };
  const head = (title: string) => [`| ${title} | answers | right | flagged | wrong |`, '|---|--:|--:|--:|--:|'];
  return [
    ...head('tool'),
    ...tools.map((tool) =>
      row(
        tool,
        results.judged.filter((one) => one.tool === tool),
      ),
    ),
    row('**all**', results.judged),
    '',
    ...head('after'),
    ...kinds.map((kind) =>
      row(
        kind,
        results.judged.filter((one) => one.kind === kind),
      ),
    ),
    '',
    '| wait, ms | calls | median | p95 | longest |',
    '|---|--:|--:|--:|--:|',
    ...[...results.times].map(
      ([tool, ms]) =>
        `| ${tool} | ${ms.length} | ${Math.round(median(ms))} | ${Math.round(percentile(ms, 0.95))} | ${Math.round(Math.max(...ms))} |`,
    ),
    '',
    '| goal | reached | |',
    '|---|---|---|',
    ...judgeGoals(results).map(
      ({ title, reached, met }) => `| ${title} | ${reached} | ${met ? 'met' : '**not met**'} |`,
    ),
  ].join('\n');
}
