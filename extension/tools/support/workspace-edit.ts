/** What is in an edit that a language server proposes, file operations included. */
import * as vscode from 'vscode';
import { z } from 'zod';
import { HoldfastError } from '../../../shared/errors.ts';

interface FileCreation {
  readonly uri: vscode.Uri;
  readonly contents: string;
  /** A file that is there already stays as it is. */
  readonly unlessThere: boolean;
}

export interface ProposedEdit {
  /** Per document: what changes in its text. */
  readonly texts: readonly { readonly uri: vscode.Uri; readonly edits: readonly vscode.TextEdit[] }[];
  readonly creates: readonly FileCreation[];
  /** Files that would move or go, in words. */
  readonly moves: readonly string[];
  /** Places with text that only a person at the cursor can complete. */
  readonly snippets: number;
}

const uriSchema = z.custom<vscode.Uri>((value) => value instanceof vscode.Uri);
/** VS Code's own form of an edit: 1 is a file operation, 2 a text edit, the others are cells and snippets. */
const entrySchema = z.discriminatedUnion('_type', [
  z.object({
    _type: z.literal(1),
    from: uriSchema.optional(),
    to: uriSchema.optional(),
    options: z.object({ contents: z.unknown(), ignoreIfExists: z.boolean() }).partial().optional(),
  }),
  z.object({ _type: z.literal(2), uri: uriSchema }),
  z.object({ _type: z.literal(3) }),
  z.object({ _type: z.literal(4) }),
  z.object({ _type: z.literal(5) }),
  z.object({ _type: z.literal(6) }),
]);

/**
 * The public `entries()` leaves file operations out and `size` does not count them, so an edit that moves a file looks
 * harmless. Only VS Code's own list tells; an edit that cannot be read whole is refused.
 *
 * @throws HoldfastError `edit_rejected`
 */
export function readWorkspaceEdit(edit: vscode.WorkspaceEdit): ProposedEdit {
  const entries = z.array(entrySchema).safeParse(allEntries(edit)).data;
  if (entries === undefined) {
    throw new HoldfastError('edit_rejected', 'This VS Code does not tell what the edit does beside changing text.', {
      hint: 'Make the change with edit_buffer, or ask the person to make it in VS Code.',
      retryable: false,
    });
  }
  const creates: FileCreation[] = [];
  const moves: string[] = [];
  for (const entry of entries) {
    if (entry._type !== 1) continue;
    const { from, to, options } = entry;
    if (from === undefined && to !== undefined) {
      const contents = options?.contents;
      creates.push({
        uri: to,
        contents: contents instanceof Uint8Array ? new TextDecoder().decode(contents) : '',
        unlessThere: options?.ignoreIfExists === true,
      });
    } else moves.push(to === undefined ? `delete ${from?.path ?? ''}` : `move ${from?.path ?? ''} to ${to.path}`);
  }
  const texts = edit
    .entries()
    .map(([uri, edits]) => ({ uri, edits }))
    .filter(({ edits }) => edits.length > 0);
  return { texts, creates, moves, snippets: entries.filter(({ _type }) => _type > 2).length };
}

function allEntries(edit: vscode.WorkspaceEdit): unknown {
  if (!('_allEntries' in edit) || typeof edit._allEntries !== 'function') return undefined;
  return Reflect.apply(edit._allEntries, edit, []);
}
