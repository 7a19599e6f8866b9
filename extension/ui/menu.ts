import * as vscode from 'vscode';

export interface MenuEntry {
  readonly label: string;
  readonly detail: string;
  readonly command: string;
}

/** What a click on the status bar offers. The same commands stand in the command palette. */
export const menuEntries: readonly MenuEntry[] = [
  {
    label: '$(debug-restart) Reconnect Now',
    detail: 'Try the bridge at once instead of waiting.',
    command: 'holdfast.reconnect',
  },
  {
    label: '$(copy) Copy Agent Configuration',
    detail: 'Connect Claude Code, Codex, Cursor, VS Code, opencode or Gemini CLI.',
    command: 'holdfast.copyAgentConfig',
  },
  { label: '$(output) Show Log', detail: 'What the link did, and why.', command: 'holdfast.showLog' },
  {
    label: '$(refresh) Restart Bridge',
    detail: 'End the running bridge; every window reconnects to a new one.',
    command: 'holdfast.restartBridge',
  },
];

export async function showMenu(title: string): Promise<void> {
  const picked = await vscode.window.showQuickPick([...menuEntries], { title, placeHolder: 'Holdfast' });
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}
