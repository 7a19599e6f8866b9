import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultKinds } from './fault-kinds.ts';
import type { Operation } from './operation.ts';
import { type Failure, type FaultRecord, failures, faultsDuring, judge, type Verdict } from './oracle.ts';

export interface Judged {
  readonly operation: Operation;
  readonly effects: number;
  readonly verdicts: readonly Verdict[];
  readonly during: readonly FaultRecord[];
}

export interface SoakReport {
  readonly seed: number;
  readonly judged: readonly Judged[];
  readonly faults: readonly FaultRecord[];
  /** What went wrong beside the operations. */
  readonly problems: readonly string[];
}

export function judgeAll(
  operations: readonly Operation[],
  effects: ReadonlyMap<string, number>,
  faults: readonly FaultRecord[],
): readonly Judged[] {
  return operations.map((operation) => {
    const count = effects.get(operation.id) ?? 0;
    const during = faultsDuring(operation, faults);
    return { operation, effects: count, verdicts: judge(operation, count, faults), during };
  });
}

/** Operations that failed, worst kinds last as they are told. */
export function failed({ judged }: SoakReport): readonly Judged[] {
  return judged.filter(({ verdicts }) => verdicts.length > 0);
}

export function isGood(report: SoakReport): boolean {
  return failed(report).length === 0 && report.problems.length === 0;
}

/** One line for the whole, then one for each kind of fault: an operation counts with every fault that it met. */
export function summary({ judged, faults, problems }: SoakReport): string {
  const head = ['', 'faults', 'calls', 'ok', 'errors', 'left', 'unknown', ...failures];
  const rows = [
    ['all', faults.length, ...counts(judged)],
    ['undisturbed', '', ...counts(judged.filter(({ during }) => during.length === 0))],
    ...groupsOf(judged, ({ agent }) => `of ${agent}`),
    ...groupsOf(judged, ({ target }) => `for ${target}`),
    ...faultKinds.map((kind) => [
      kind,
      faults.filter((fault) => fault.kind === kind).length,
      ...counts(judged.filter(({ during }) => during.some((fault) => fault.kind === kind))),
    ]),
  ];
  const lines = [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? String(cell).padEnd(22) : String(cell).padStart(9))).join(''),
  );
  return [...lines, ...problems].join('\n');
}

/** A row for each agent, or for each window and server. */
function groupsOf(judged: readonly Judged[], nameOf: (operation: Operation) => string): readonly (string | number)[][] {
  const names = [...new Set(judged.map(({ operation }) => nameOf(operation)))].toSorted();
  return names.map((name) => [name, '', ...counts(judged.filter(({ operation }) => nameOf(operation) === name))]);
}

function counts(judged: readonly Judged[]): readonly number[] {
  const outcomes = judged.map(({ operation: { outcome } }) => outcome);
  const isUnknown = (outcome: Operation['outcome']) => outcome?.kind === 'error' && outcome.executed === 'unknown';
  return [
    judged.length,
    outcomes.filter((outcome) => outcome?.kind === 'ok').length,
    outcomes.filter((outcome) => outcome?.kind === 'error' && !isUnknown(outcome)).length,
    outcomes.filter((outcome) => outcome?.kind === 'left').length,
    outcomes.filter(isUnknown).length,
    ...failures.map((failure) => countOf(judged, failure)),
  ];
}

export function countOf(judged: readonly Judged[], failure: Failure): number {
  return judged.filter(({ verdicts }) => verdicts.some((verdict) => verdict.failure === failure)).length;
}

/** Everything about one failed operation. */
export function transcript({ operation, effects, verdicts, during }: Judged): string {
  const { id, tool, target, startMs, endMs, history } = operation;
  return [
    ...verdicts.map(({ failure, why }) => `${failure}: ${why}`),
    `  ${id} ${tool} for ${target}, ${startMs.toFixed(0)} to ${endMs.toFixed(0)} ms, ${effects} effects`,
    ...history.map((line) => `  ${line}`),
    ...during.map(
      ({ step, kind, target: of, startMs: from, endMs: to }) =>
        `  fault: step ${step} ${kind} ${of ?? ''} ${from.toFixed(0)} to ${to.toFixed(0)} ms`,
    ),
  ].join('\n');
}

/** Keeps what a failed run leaves, for whoever looks for the reason. */
export function saveReport(report: SoakReport, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'summary.txt'), `seed ${report.seed}\n${summary(report)}\n`);
  writeFileSync(join(folder, 'failed.txt'), failed(report).map(transcript).join('\n\n'));
  writeFileSync(
    join(folder, 'faults.txt'),
    report.faults
      .map(
        ({ step, kind, target, startMs, endMs }) =>
          `${startMs.toFixed(0)} ${endMs.toFixed(0)} step ${step} ${kind} ${target ?? ''}`,
      )
      .join('\n'),
  );
}
