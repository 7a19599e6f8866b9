import type * as vscode from 'vscode';
import type { Handlers } from '../../shared/catalog.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { bufferTools } from '../../shared/tools/buffers.ts';
import type { CleanBases } from './support/clean-bases.ts';
import { eolOf, lineSource, openDocument } from './support/document.ts';
import { editBuffer } from './support/edit-buffer.ts';
import type { EditTurns } from './support/edit-turns.ts';
import { fitLines } from './support/fit-lines.ts';
import { freshnessOf, settledDiskState } from './support/freshness.ts';
import type { KnownTexts } from './support/known-texts.ts';
import type { LibrarySources } from './support/library-sources.ts';
import { unifiedDiff } from './support/line-diff.ts';
import { checkLine } from './support/text-lines.ts';
import type { ToolContext } from './tool-context.ts';

export interface BufferDeps {
  readonly bases: CleanBases;
  readonly known: KnownTexts;
  readonly turns: EditTurns;
  readonly libraries: LibrarySources;
}

export function createBufferHandlers({
  bases,
  known,
  turns,
  libraries,
}: BufferDeps): Handlers<typeof bufferTools, ToolContext> {
  return {
    async read_buffer({ path, range, diff_to_disk }, context) {
      const target = await libraries.resolve(path);
      const document = await openDocument(target);
      const disk = await settledDiskState(document, bases, context);
      const whole = document.getText();
      const start = range?.start_line ?? 1;
      const end = range?.end_line ?? document.lineCount;
      const source = lineSource(document, target.shown);
      checkLine(source, start);
      checkLine(source, end);
      if (end < start) {
        throw new HoldfastError('invalid_input', `range ends at line ${end}, before it starts at line ${start}.`, {
          hint: 'Give end_line ≥ start_line.',
        });
      }
      const fitted = fitLines(
        linesOf(document, start, end),
        range === undefined ? limits.answerChars : limits.answerMaxChars,
        start,
        target.shown,
      );
      const last = start + fitted.shown - 1;
      return {
        path: target.shown,
        text: fitted.text,
        range: { start_line: start, end_line: last },
        language: document.languageId,
        eol: eolOf(document) === '\r\n' ? ('CRLF' as const) : ('LF' as const),
        version: document.version,
        sha: known.remember(context.agent.name, document.uri.toString(), document.version, whole),
        dirty: document.isDirty,
        ...(diff_to_disk === true
          ? { diff: 'text' in disk ? unifiedDiff(disk.text, whole, limits.answerChars) : null }
          : {}),
        freshness: freshnessOf(document, disk),
        page: { shown: fitted.shown, total: document.lineCount, next: last < end ? last + 1 : null },
      };
    },

    edit_buffer: (input, context) =>
      turns.take(context.signal, (pause) => {
        const approve: ToolContext['approve'] = (request) => pause(() => context.approve(request));
        return editBuffer(input, { context: { ...context, approve }, bases, known });
      }),
  };
}

function linesOf(document: vscode.TextDocument, start: number, end: number): string[] {
  return Array.from({ length: end - start + 1 }, (_, at) => document.lineAt(start - 1 + at).text);
}
