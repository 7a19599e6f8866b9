import { cpuMicros } from './cpu-time.ts';
import { loadResultSchema } from './load.ts';
import { Peer } from './peer.ts';
import type { Row, RowName } from './scene.ts';
import { median } from './stats.ts';

export interface Pace {
  readonly rounds: number;
  /** Of one row at one concurrency in one round. */
  readonly sliceMs: number;
  /** Once for each row, unmeasured: compilers and connections get ready. */
  readonly warmUpMs: number;
}

/** Medians over the rounds; times in microseconds. */
export interface Figures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly callsPerS: number;
  /** Of the serving process; null where the system does not tell. */
  readonly cpuUs: number | null;
}

export interface Measured {
  readonly name: RowName;
  readonly concurrency: number;
  readonly rounds: readonly Figures[];
  readonly medians: Figures;
}

/** Runs every row in every round, so that what else the machine does falls on all of them alike. */
export async function measure(rows: readonly Row[], { rounds, sliceMs, warmUpMs }: Pace): Promise<readonly Measured[]> {
  const client = Peer.start('client');
  try {
    for (const row of rows) await run(client, row, 16, warmUpMs);
    const cells = rows.flatMap((row) =>
      row.concurrency.map((concurrency) => ({ row, concurrency, figures: new Array<Figures>() })),
    );
    for (let round = 0; round < rounds; round++) {
      for (const { row, concurrency, figures } of cells) figures.push(await run(client, row, concurrency, sliceMs));
    }
    return cells.map(({ row, concurrency, figures }) => ({
      name: row.name,
      concurrency,
      rounds: figures,
      medians: medians(figures),
    }));
  } finally {
    client.dispose();
  }
}

async function run(
  client: Peer,
  { name, load, pid, expects }: Row,
  concurrency: number,
  durationMs: number,
): Promise<Figures> {
  const before = cpuMicros(pid);
  const { calls, elapsedMs, p50Us, p99Us, sample } = await client.ask(
    { ...load, concurrency, durationMs },
    loadResultSchema,
  );
  const after = cpuMicros(pid);
  if (!sample.includes(expects) || sample.includes('"isError":true'))
    throw new Error(`${name} answered ${sample.slice(0, 1_000)}`);
  return {
    p50Us,
    p99Us,
    callsPerS: (calls / elapsedMs) * 1_000,
    cpuUs: before === undefined || after === undefined ? null : (after - before) / calls,
  };
}

function medians(figures: readonly Figures[]): Figures {
  const of = (pick: (figure: Figures) => number) => median(figures.map(pick));
  return {
    p50Us: of(({ p50Us }) => p50Us),
    p99Us: of(({ p99Us }) => p99Us),
    callsPerS: of(({ callsPerS }) => callsPerS),
    cpuUs: figures.some(({ cpuUs }) => cpuUs === null) ? null : of(({ cpuUs }) => cpuUs ?? 0),
  };
}
