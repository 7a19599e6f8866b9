import * as vscode from 'vscode';

/** What a click on the status bar offers. The same commands stand in the command palette. */
const entries = {
  reconnect: {
    label: '$(debug-restart) Reconnect Now',
    detail: 'Try the bridge at once instead of waiting.',
    command: 'holdfast.reconnect',
  },
  copy: {
    label: '$(copy) Copy Agent Configuration',
    detail: 'Connect Claude Code, Codex, Cursor, VS Code, opencode or Gemini CLI.',
    command: 'holdfast.copyAgentConfig',
  },
  log: { label: '$(output) Show Log', detail: 'What the link did, and why.', command: 'holdfast.showLog' },
  restart: {
    label: '$(refresh) Restart Bridge',
    detail: 'End the running bridge; every window reconnects to a new one.',
    command: 'holdfast.restartBridge',
  },
};

export async function showMenu(title: string, isOnline: boolean): Promise<void> {
  const { reconnect, copy, log, restart } = entries;
  // What a person most likely wants comes first: a link that stands needs no reconnect.
  const items = isOnline ? [copy, log, restart] : [reconnect, log, copy, restart];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Holdfast' });
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}
