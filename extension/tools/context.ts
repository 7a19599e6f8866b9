import * as vscode from 'vscode';
import type { Handlers } from '../../shared/catalog.ts';
import { limits } from '../../shared/limits.ts';
import type { contextTools } from '../../shared/tools/context.ts';
import type { LastSelection, SelectionState } from './support/last-selection.ts';
import { unsavedDocuments } from './support/unsaved.ts';
import { shownPath } from './support/workspace-path.ts';
import type { ToolContext } from './tool-context.ts';

const position = ({ line, character }: vscode.Position) => ({ line: line + 1, column: character + 1 });

export function createContextHandlers({
  selections,
}: {
  readonly selections: LastSelection;
}): Handlers<typeof contextTools, ToolContext> {
  return {
    async get_editor_context({ include }) {
      const wants = (part: 'active' | 'selection' | 'tabs' | 'dirty') =>
        include === undefined || include.includes(part);
      return {
        ...(wants('active') ? { active: activeFile() } : {}),
        ...(wants('selection') ? { selection: selectionOf(selections.state) } : {}),
        ...(wants('tabs') ? openTabs() : {}),
        ...(wants('dirty') ? dirtyDocuments() : {}),
      };
    },
  };
}

function activeFile() {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return null;
  const { document, selection } = editor;
  return {
    path: shownPath(document.uri),
    language: document.languageId,
    cursor: position(selection.active),
    lines: document.lineCount,
    dirty: document.isDirty,
  };
}

function selectionOf(state: SelectionState | undefined) {
  if (state === undefined) return null;
  const { uri, range, text, current } = state;
  return {
    path: shownPath(uri),
    current,
    start: position(range.start),
    end: position(range.end),
    text: text.slice(0, limits.selectionMaxChars),
    cut: text.length > limits.selectionMaxChars,
  };
}

function tabPath(tab: vscode.Tab): string {
  const { input } = tab;
  if (
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputNotebook ||
    input instanceof vscode.TabInputCustom
  )
    return shownPath(input.uri);
  if (input instanceof vscode.TabInputTextDiff) return `${shownPath(input.original)} ↔ ${shownPath(input.modified)}`;
  return tab.label;
}

function openTabs() {
  const all = vscode.window.tabGroups.all.flatMap((group, at) =>
    group.tabs.map((tab) => ({ path: tabPath(tab), group: at + 1, active: tab.isActive, dirty: tab.isDirty })),
  );
  // When they do not all fit, those in front and those with unsaved changes stay.
  const first = all.filter(({ active, dirty }) => active || dirty);
  const kept =
    all.length <= limits.contextMaxTabs
      ? all
      : [...first, ...all.filter((tab) => !first.includes(tab))].slice(0, limits.contextMaxTabs);
  return { tabs: kept, ...(kept.length < all.length ? { tabs_total: all.length } : {}) };
}

function dirtyDocuments() {
  const all = unsavedDocuments().map(({ uri }) => shownPath(uri));
  const kept = all.slice(0, limits.contextMaxTabs);
  return { dirty: kept, ...(kept.length < all.length ? { dirty_total: all.length } : {}) };
}
