/** Languages whose server cannot be asked: whether it has counted in what changed in other files is not known. */
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../../../shared/clock.ts';
import { limits } from '../../../shared/limits.ts';

/** Their servers judge each file by itself. */
export const selfContained: ReadonlySet<string> = new Set([
  'json',
  'jsonc',
  'css',
  'scss',
  'less',
  'html',
  'plaintext',
]);

/** Why a document may be judged by an older state of files of its kind that changed a moment ago. */
export async function doubtOfNeighbours(
  { uri, languageId }: vscode.TextDocument,
  clock: Clock,
): Promise<string | undefined> {
  const ending = extname(uri.path).slice(1);
  if (uri.scheme !== 'file' || selfContained.has(languageId) || !/^\w+$/.test(ending)) return undefined;
  const sinceMs = clock.wallMs() - limits.watcherLagMaxMs;
  const files = await vscode.workspace.findFiles(
    `**/*.${ending}`,
    '**/{node_modules,.git}/**',
    limits.recentScanMaxFiles,
  );
  const others = files.filter(({ scheme, fsPath }) => scheme === 'file' && fsPath !== uri.fsPath);
  const changes = await Promise.all(
    others.map(({ fsPath }) =>
      stat(fsPath).then(
        ({ ctimeMs }) => ctimeMs >= sinceMs,
        // Gone since it was listed: that is a change, too.
        () => true,
      ),
    ),
  );
  return changes.includes(true)
    ? `other .${ending} files changed a moment ago; the language server may not have counted them in`
    : undefined;
}
