import * as path from 'node:path';
import type * as vscode from 'vscode';
import { environment } from '../../shared/state-files.ts';

/** Names this window in its new terminals, and puts the `holdfast` command on their PATH. */
export function applyTerminalEnvironment(
  collection: vscode.EnvironmentVariableCollection,
  { enabled, editorId, binDir }: { enabled: boolean; editorId: string; binDir: string },
): void {
  collection.clear();
  if (!enabled) return;
  collection.description = 'Names this window for agents, and offers the `holdfast` command.';
  collection.replace(environment.window, editorId);
  collection.append('PATH', path.delimiter + binDir);
}
