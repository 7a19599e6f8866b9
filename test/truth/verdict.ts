/** Whether an answer of the editor is true, says itself that it may not be, or is wrong without a word. */
import type { z } from 'zod';
import type { bufferTools } from '../../shared/tools/buffers.ts';
import type { FileDiagnostics } from '../../shared/tools/diagnostics.ts';
import type { RelatedOutput } from '../../shared/tools/relations.ts';
import type { References } from './references.ts';

export type Verdict = 'right' | 'flagged' | 'wrong';

export interface Judged {
  readonly tool: string;
  /** What was going on: the kind of edit, or the cold start. */
  readonly kind: string;
  readonly verdict: Verdict;
  /** What was said, and what is true. */
  readonly detail: string;
}

/** @param truth `line:column code` of each error */
export function judgeDiagnostics(
  { state, items, freshness }: FileDiagnostics,
  truth: readonly string[],
  conflict: boolean,
): Omit<Judged, 'tool' | 'kind'> {
  const said = (items ?? []).map(({ line, column, code }) => `${line}:${column} ${code}`);
  const same = said.toSorted().join() === truth.toSorted().join();
  // Unsaved work over a file that has changed is what has to be said then.
  const sure = state === 'analyzed' && freshness.complete && freshness.diskInSync === !conflict;
  return {
    verdict: same && sure ? 'right' : sure ? 'wrong' : conflict && freshness.diskInSync ? 'wrong' : 'flagged',
    detail: `${state}${freshness.reason === undefined ? '' : ` (${freshness.reason})`}: said [${said.join(', ')}], true [${truth.join(', ')}]`,
  };
}

type Buffer = z.infer<typeof bufferTools.read_buffer.output>;

export function judgeText(
  { text, freshness }: Buffer,
  truth: string | undefined,
  conflict: boolean,
): Omit<Judged, 'tool' | 'kind'> {
  const detail = `${freshness.reason ?? 'no flag'}: said ${brief(text)}, true ${brief(truth)}`;
  const flagged = !freshness.diskInSync || !freshness.complete;
  // Nothing is on the disk: a text can still be held, and then that is what has to be said.
  if (conflict || truth === undefined)
    return { verdict: flagged && (truth === undefined || text === truth) ? 'right' : 'wrong', detail };
  return { verdict: flagged ? 'flagged' : text === truth ? 'right' : 'wrong', detail };
}

/** A long answer is cut down to places, then to counts, then to the first files. */
export function judgeReferences(
  { total, files, freshness }: RelatedOutput,
  truth: References,
  conflict: boolean,
): Omit<Judged, 'tool' | 'kind'> {
  const wanted = [...truth.values()].flat().length;
  const differing = files.filter(({ path, count, hits }) => {
    const places = truth.get(path) ?? [];
    const said = hits?.map(({ line, column }) => `${line}:${column}`);
    return count !== places.length || (said !== undefined && said.toSorted().join() !== places.toSorted().join());
  });
  const same = total === wanted && differing.length === 0;
  const sure = freshness.complete && freshness.diskInSync === !conflict;
  return {
    verdict: same && sure ? 'right' : sure || (conflict && freshness.diskInSync) ? 'wrong' : 'flagged',
    detail: `${freshness.reason ?? 'no flag'}: said ${total}, true ${wanted}, other in ${differing.map(({ path }) => path).join(', ') || 'no file'}`,
  };
}

function brief(text: string | undefined): string {
  return text === undefined ? 'nothing' : JSON.stringify(`${text.split('\n')[0]}… ${text.length}`);
}
