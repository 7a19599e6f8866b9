import { HoldfastError } from '../../../shared/errors.ts';

/**
 * As many of the lines, joined by \n, as their JSON form leaves within `maxChars`.
 *
 * @throws HoldfastError `too_large` when even the first line does not fit
 */
export function fitLines(
  lines: readonly string[],
  maxChars: number,
  firstLine: number,
  path: string,
): { readonly text: string; readonly shown: number } {
  let chars = 0;
  let shown = 0;
  for (const line of lines) {
    chars += JSON.stringify(line).length;
    if (chars > maxChars) break;
    shown += 1;
  }
  if (shown === 0) {
    throw new HoldfastError(
      'too_large',
      `Line ${firstLine} of ${path} has ${lines[0]?.length ?? 0} characters; an answer holds ${maxChars}.`,
      {
        hint: 'Skip it: start the range after that line.',
      },
    );
  }
  return { text: lines.slice(0, shown).join('\n'), shown };
}
