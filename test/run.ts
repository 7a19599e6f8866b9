/**
 * `npm test`: every part in order, on after a failure, one count at the end. `npm test -- unit ui` runs some parts, also
 * those that a whole run leaves out.
 */
import { parseArgs } from 'node:util';
import { endOwned } from './host/processes.ts';
import { allParts, type Part } from './run/parts.ts';
import { failure, type Results, sum } from './run/results.ts';

interface Outcome {
  readonly part: Part;
  readonly results: Results;
  readonly ms: number;
}

const print = (line: string) => console.log(line);

function chosenParts(names: readonly string[]): readonly Part[] {
  const parts = allParts();
  const known = parts.map((part) => part.name);
  const unknown = names.filter((name) => !known.some((part) => matches(part, name)));
  if (unknown.length > 0) {
    console.error(
      `No such part: ${unknown.join(', ')}. Parts: ${known.join(', ')}; "editor" stands for every editor-… part.`,
    );
    process.exit(2);
  }
  return names.length === 0
    ? parts.filter((part) => !part.onRequest)
    : parts.filter((part) => names.some((name) => matches(part.name, name)));
}

function matches(part: string, name: string): boolean {
  return part === name || part.startsWith(`${name}-`);
}

async function runPart(part: Part, grep: string | undefined): Promise<Outcome> {
  print(`\n── ${part.name}`);
  const startedMs = performance.now();
  let results: Results;
  try {
    results = await part.run({ grep, print });
  } catch (error) {
    // A part that could not run counts as one failure; the others still run.
    results = failure(part.name, error instanceof Error ? (error.stack ?? error.message) : String(error));
    print(String(error));
  }
  const ms = performance.now() - startedMs;
  print(`── ${part.name}: ${describe(results)}, ${seconds(ms)}`);
  return { part, results, ms };
}

function summarise(outcomes: readonly Outcome[], ms: number): Results {
  const total = sum(outcomes.map(({ results }) => results));
  print('\n── summary');
  for (const { part, results, ms: partMs } of outcomes) {
    print(
      `${results.failed > 0 ? '✖' : '✔'} ${part.name.padEnd(18)} ${describe(results).padEnd(24)} ${seconds(partMs)}`,
    );
  }
  for (const [index, { title, error }] of total.failures.entries()) print(`\n${index + 1}) ${title}\n${indent(error)}`);
  print(`\n${seconds(ms)}`);
  print(describe(total));
  return total;
}

function describe({ passed, failed }: Results): string {
  return `${passed} passed, ${failed} failed`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string', short: 'g' } },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void endOwned().finally(() => process.exit(1)));
}
const startedMs = performance.now();
const outcomes: Outcome[] = [];
for (const part of chosenParts(positionals)) outcomes.push(await runPart(part, values.grep));
const total = summarise(outcomes, performance.now() - startedMs);
process.exitCode = total.failed > 0 ? 1 : 0;
