/** The figures as Markdown, which also reads well in a terminal: columns are padded. */

import { limits } from '../../shared/limits.ts';
import type { Activation } from './activation.ts';
import type { SessionMemory } from './agent-memory.ts';
import type { Comebacks, Spread } from './comebacks.ts';
import { type Goal, ratioOfRounds } from './goals.ts';
import type { Measured } from './measure.ts';
import type { RowName } from './scene.ts';
import type { BundleSize, ListSize } from './sizes.ts';

export interface BenchResults {
  readonly machine: string;
  readonly rounds: number;
  readonly titles: Readonly<Partial<Record<RowName, string>>>;
  readonly measured: readonly Measured[];
  /** Rows that this bridge could not serve. */
  readonly notServed: readonly RowName[];
  readonly memory: readonly SessionMemory[];
  readonly comebacks: Comebacks;
  readonly activation: Activation;
  readonly bundles: readonly BundleSize[];
  readonly list: ListSize;
  readonly goals: readonly Goal[];
}

export function report(results: BenchResults): string {
  const { machine, rounds, memory, comebacks, bundles, list, goals } = results;
  const sections = [
    `${machine}; medians of ${rounds} interleaved rounds; times in µs. The machine is shared: compare within this page, not with another run.`,
    '## Calls',
    callTable(results),
    ...results.notServed.map((name) => `${name}: not served yet.`),
    '## Goals',
    table(
      ['goal', 'wanted', 'reached', ''],
      goals.map(({ title, wanted, reached, met }) => [title, wanted, reached.toFixed(2), met ? 'met' : 'not met']),
    ),
    describeRelay(results.measured),
    '## Start and return',
    table(
      ['', 'times', 'p50 ms', 'p95 ms'],
      [
        spreadCells('bridge: start → listening', comebacks.start),
        spreadCells('bridge back → link online', comebacks.link),
      ],
    ),
    describeActivation(results.activation),
    '## Memory of an agent session',
    table(
      ['sessions', '', 'held MB', 'RSS MB', 'held KB each', 'RSS KB each'],
      memory.map(({ sessions, kind, heldMb, rssMb, heldKbEach, rssKbEach }) => [
        String(sessions),
        kind,
        heldMb.toFixed(2),
        rssMb.toFixed(2),
        heldKbEach.toFixed(2),
        rssKbEach.toFixed(2),
      ]),
    ),
    `Over the start; *held* is what garbage collection leaves. The bridge keeps about ${limits.sessionsIdleMax} sessions that nothing pins in memory; the others come back from their ids. RSS includes the young generation, which V8 grows under the load of opening them.`,
    '## Sizes',
    table(
      ['file', 'KB', 'KB gzipped'],
      bundles.map(({ file, bytes, gzipBytes }) => [file, kb(bytes), kb(gzipBytes)]),
    ),
    `Default tool list: ${list.tools} tools, ${list.bytes} bytes, about ${list.tokens} tokens (characters / 4).`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** What of the whole path is not ours. */
function describeRelay(measured: readonly Measured[]): string {
  const times = ratioOfRounds(measured, 'bare-relay', 'http-echo', 1, ({ p50Us }) => p50Us);
  const rate = ratioOfRounds(measured, 'bare-relay', 'sdk-v1', 64, ({ callsPerS }) => callsPerS);
  return `The bare relay, which checks nothing and remembers nothing, takes ${times.toFixed(2)}× the raw HTTP echo itself (p50 at 1), and passes ${rate.toFixed(2)}× the calls of SDK v1's stock transport (at 64): what \`node:http\` and \`ws\` cost without us.`;
}

function callTable({ measured, titles }: BenchResults): string {
  const baseline = new Map(
    measured.filter(({ name }) => name === 'http-echo').map((cell) => [cell.concurrency, cell.medians.p50Us]),
  );
  return table(
    ['', 'at once', 'p50', 'p99', 'calls/s', 'CPU/call', 'p50 to echo'],
    measured.map(({ name, concurrency, medians }) => [
      titles[name] ?? name,
      String(concurrency),
      medians.p50Us.toFixed(0),
      medians.p99Us.toFixed(0),
      medians.callsPerS.toFixed(0),
      medians.cpuUs?.toFixed(1) ?? '–',
      `${(medians.p50Us / (baseline.get(concurrency) ?? Number.NaN)).toFixed(2)}×`,
    ]),
  );
}

function describeActivation({ windows, loadMs, callMs }: Activation): string {
  return windows === 0
    ? 'Extension activation: left out of a quick run.'
    : `Extension activation in VS Code, median of ${windows} windows: ${loadMs} ms to load the code, ${callMs} ms in \`activate\`.`;
}

function spreadCells(title: string, { count, p50Ms, p95Ms }: Spread): string[] {
  return [title, String(count), p50Ms.toFixed(0), p95Ms.toFixed(0)];
}

function kb(bytes: number): string {
  return (bytes / 1_024).toFixed(0);
}

/** The first column to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
