import * as vscode from 'vscode';
import type { Handlers } from '../../shared/catalog.ts';
import { HoldfastError } from '../../shared/errors.ts';
import type { filesTools } from '../../shared/tools/files.ts';
import { lineSource, openDocument } from './support/document.ts';
import { checkPosition } from './support/text-lines.ts';
import { resolveTarget } from './support/workspace-path.ts';
import type { ToolContext } from './tool-context.ts';

export const filesHandlers: Handlers<typeof filesTools, ToolContext> = {
  async open_file({ path, range, preserve_focus }) {
    const target = await resolveTarget(path);
    const document = await openDocument(target);
    const source = lineSource(document, target.shown);
    const start = { line: range?.start_line ?? 1, column: range?.start_column ?? 1 };
    checkPosition(source, start.line, start.column);
    const endLine = range?.end_line ?? start.line;
    checkPosition(source, endLine, 1);
    const endColumn =
      range?.end_column ?? (range?.end_line === undefined ? start.column : source.lineLength(endLine) + 1);
    const end = { line: endLine, column: endColumn };
    checkPosition(source, end.line, end.column);
    if (end.line < start.line || (end.line === start.line && end.column < start.column)) {
      throw new HoldfastError(
        'invalid_input',
        `range ends at ${end.line}:${end.column}, before it starts at ${start.line}:${start.column}.`,
        {
          hint: 'Give an end after the start.',
        },
      );
    }
    const focused = preserve_focus === false;
    await vscode.window.showTextDocument(document, {
      preserveFocus: !focused,
      preview: true,
      ...(range === undefined
        ? {}
        : { selection: new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1) }),
    });
    return { path: target.shown, start, end, focused };
  },
};
