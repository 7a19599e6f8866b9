/** Cuts an answer of find_related down to its size: lines, then places, then counts, then fewer files. */
import type { RelatedFile, RelatedHit } from '../../../shared/tools/relations.ts';

interface FullFile {
  readonly path: string;
  readonly hits: readonly RelatedHit[];
}

interface FittedRelated {
  readonly files: RelatedFile[];
  readonly detail: 'full' | 'locations' | 'counts';
  readonly page: { readonly shown: number; readonly total: number; readonly next: number | null };
}

/**
 * @param files all of them, by path
 * @param maxChars of the files' JSON form
 */
export function fitRelated(files: readonly FullFile[], offset: number, maxChars: number): FittedRelated {
  const rest = files.slice(offset);
  const forms = {
    full: rest.map(({ path, hits }) => ({ path, count: hits.length, hits: [...hits] })),
    locations: rest.map(({ path, hits }) => ({
      path,
      count: hits.length,
      hits: hits.map(({ line, column }) => ({ line, column })),
    })),
  };
  // Lines are not read where they would not fit anyway.
  const isFull = rest.length === 0 || rest.some(({ hits }) => hits.some(({ text }) => text !== undefined));
  for (const detail of isFull ? (['full', 'locations'] as const) : (['locations'] as const)) {
    const form = forms[detail];
    if (JSON.stringify(form).length <= maxChars) return { files: form, detail, page: pageOf(form.length) };
  }
  const counted: RelatedFile[] = [];
  let chars = 0;
  for (const { path, hits } of rest) {
    const file = { path, count: hits.length };
    chars += JSON.stringify(file).length + 1;
    if (chars > maxChars && counted.length > 0) break;
    counted.push(file);
  }
  return { files: counted, detail: 'counts', page: pageOf(counted.length) };

  function pageOf(shown: number) {
    const next = offset + shown;
    return { shown, total: files.length, next: next < files.length ? next : null };
  }
}
