import type * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import { type DiskState, encodingName } from './freshness.ts';
import { unifiedDiff } from './line-diff.ts';

/** Shows both sides of a conflict without drowning the reason. */
const diffMaxChars = limits.answerChars / 2;

/** Why a document must not be edited while the disk stands so to it; undefined when it may. */
export function diskRefusal(document: vscode.TextDocument, shown: string, disk: DiskState): HoldfastError | undefined {
  switch (disk.kind) {
    case 'no_file':
    case 'same':
    case 'ahead':
    case 'unknown':
      return undefined;
    case 'conflict':
      return new HoldfastError(
        'disk_conflict',
        `${shown} has unsaved changes, and the file has changed on disk since they began. ${differenceOf(disk, document)}`,
        {
          hint: 'Ask the person to settle it in VS Code (compare, then save or revert).',
        },
      );
    case 'behind':
      return new HoldfastError(
        'disk_conflict',
        `${shown} has changed on disk and VS Code has not loaded it yet. ${differenceOf(disk, document)}`,
        {
          hint: 'Call again in a moment.',
          retryable: true,
        },
      );
    case 'notebook':
      return new HoldfastError(
        'disk_conflict',
        `${shown} is open as a notebook with unsaved changes, which would be saved over the edit.`,
        {
          hint: 'Ask the person to save or revert the notebook first.',
        },
      );
    case 'no_text':
      return new HoldfastError('not_a_file', `${shown} cannot be edited as text: ${disk.why}; nothing was changed.`, {
        hint: 'Ask the person to look at it; the tab, if there is one, still shows the older text.',
      });
    case 'lossy':
      return new HoldfastError(
        'edit_rejected',
        `${shown} is not valid ${encodingName(document)}: bytes that do not fit would be lost when it is saved.`,
        {
          hint: 'Ask the person to reopen it in VS Code with the right encoding (Reopen with Encoding).',
          retryable: false,
        },
      );
  }
}

function differenceOf({ text }: { readonly text: string }, document: vscode.TextDocument): string {
  const diff = unifiedDiff(text, document.getText(), diffMaxChars);
  return diff === '' ? 'Only line ends or the byte order mark differ.' : `Disk to buffer:\n${diff}`;
}
