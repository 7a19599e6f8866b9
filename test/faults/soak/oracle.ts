/** Judges what agents were told against what happened. Knows nothing of how either came about. */
import { endsBridge, excuses, type FaultKind, forgetsCalls, keepsAway, replacesKeys } from './fault-kinds.ts';
import type { Operation } from './operation.ts';

/** A disturbance, from its first moment until everything has recovered. */
export interface FaultRecord {
  readonly step: number;
  readonly kind: FaultKind;
  /** Name of the window or server that it concerns; undefined: all. */
  readonly target: string | undefined;
  readonly startMs: number;
  /** For ever later while it goes on. */
  endMs: number;
}

export const failures = ['lost', 'doubled', 'misled', 'hung', 'protocol'] as const;
export type Failure = (typeof failures)[number];

export interface Verdict {
  readonly failure: Failure;
  readonly why: string;
}

/** Codes that no fault can cause. */
const neverMeant: ReadonlySet<string> = new Set(['internal', 'invalid_input', 'unknown_tool']);

/** The faults during an operation that concern it. */
export function faultsDuring(
  { target, startMs, endMs }: { readonly target: string; readonly startMs: number; readonly endMs: number },
  faults: readonly FaultRecord[],
): readonly FaultRecord[] {
  return faults.filter(
    (fault) => fault.startMs <= endMs && fault.endMs >= startMs && (fault.target ?? target) === target,
  );
}

/** A new bridge cannot know that a call was not for a window which does not come back, unless the call names another. */
function mayHaveGoneElsewhere(operation: Operation, faults: readonly FaultRecord[]): boolean {
  if (operation.namesWindow || operation.passesOn) return false;
  const meanwhile = faults.filter(({ startMs, endMs }) => startMs <= operation.endMs && endMs >= operation.startMs);
  return meanwhile.some(({ kind }) => keepsAway(kind)) && meanwhile.some(({ kind }) => endsBridge(kind));
}

/**
 * What is wrong with an operation, when all has ended:
 * `lost` its result, although nothing happened that may cost it; `doubled` its effect; `misled` its agent, who was told
 * of an effect that there is not or the other way round; `hung`; `protocol`: an error that no agent may see.
 */
export function judge(operation: Operation, effects: number, faults: readonly FaultRecord[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const fail = (failure: Failure, why: string) => verdicts.push({ failure, why });
  const { outcome, changes, cancelled, target, passesOn } = operation;
  const during = faultsDuring(operation, faults);
  const isForgotten = faults.some(({ kind, startMs }) => forgetsCalls(kind) && startMs <= operation.endMs);
  const excused =
    cancelled ||
    isForgotten ||
    during.some(({ kind }) => excuses(kind, operation)) ||
    mayHaveGoneElsewhere(operation, faults);

  if (effects > 1) fail('doubled', `${effects} effects`);
  if (outcome === undefined) fail('hung', 'it never ended');
  if (outcome?.kind === 'ok' && changes && effects === 0) fail('lost', 'it was answered as done and has no effect');
  if (outcome?.kind === 'left' && !cancelled && during.length === 0) {
    fail('lost', `no answer came (${outcome.why}) although nothing was disturbed`);
  }
  if (outcome?.kind === 'error') {
    const { code, executed } = outcome;
    if (executed === 'no' && effects > 0) fail('misled', `${code} says that it did not run, and it has an effect`);
    if (executed === 'yes' && effects === 0) fail('misled', `${code} says that it ran, and it has no effect`);
    const isUndisturbed = during.length === 0 && !cancelled;
    if (isUndisturbed) fail('lost', `${code}, although nothing was disturbed`);
    else if (!excused && executed === 'unknown') fail('lost', `${code}, and nothing happened that may cost a result`);
    // A server behind the bridge that cannot be used now is honestly told of; windows are waited for.
    else if (!excused && !changes && !passesOn) fail('lost', `a read ended with ${code}`);
    if (neverMeant.has(code)) fail('protocol', `${code} for a call that is right`);
  }
  for (const { kind, text, fromMs, toMs } of operation.offences) {
    const meanwhile = faultsDuring({ target, startMs: fromMs, endMs: toMs }, faults);
    if (kind === 'stalled') {
      if (meanwhile.length === 0) fail('hung', text);
    } else if (kind === 'contradiction') {
      // Under other keys the call is another one.
      if (!meanwhile.some((fault) => replacesKeys(fault.kind))) fail('misled', text);
    } else fail('protocol', text);
  }
  return verdicts;
}
