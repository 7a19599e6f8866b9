import type * as vscode from 'vscode';

/** What the status bar shows of things that wait for the person. No `vscode` at run time. */
export interface WaitingView {
  /** With codicon markup. */
  readonly text: string;
  /** For screen readers. */
  readonly label: string;
  /** One of them per line. */
  readonly tooltip: string;
}

/** The item is there as long as something waits. */
export function showWaiting(item: vscode.StatusBarItem, view: WaitingView | undefined): void {
  if (view === undefined) return item.hide();
  item.text = view.text;
  item.tooltip = view.tooltip;
  item.accessibilityInformation = { label: view.label, role: 'button' };
  item.show();
}
