import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Approvals, Question } from '../approvals/approvals.ts';
import type { WindowServers, WorkspaceServer } from '../servers/window-servers.ts';
import { contextOf, describeQuestion, labelOf, nameOf } from './question-text.ts';
import { describeServer, serverLabel } from './server-text.ts';

interface QuestionViewDeps {
  readonly approvals: Approvals;
  readonly servers: WindowServers;
  /** Asks for the answer to the question that it is given. */
  readonly command: string;
}

type Row = Question | WorkspaceServer;

/** The list of questions in the side bar, and their number on its icon. It never opens by itself. */
export class QuestionView implements Disposable {
  readonly #store = new DisposableStore();

  constructor({ approvals, servers, command }: QuestionViewDeps) {
    const changed = this.#store.add(new vscode.EventEmitter<undefined>());
    const rows = (): Row[] => [...approvals.questions, ...servers.questions];
    const tree = this.#store.add(
      vscode.window.createTreeView<Row>('holdfast.approvals', {
        treeDataProvider: {
          onDidChangeTreeData: changed.event,
          getChildren: (parent) => (parent === undefined ? rows() : []),
          getTreeItem: (row) => itemOf(row, command),
        },
      }),
    );
    const render = (): void => {
      const count = rows().length;
      tree.badge = count === 0 ? undefined : { value: count, tooltip: 'Questions that wait for your answer' };
      changed.fire(undefined);
    };
    this.#store.add(approvals.onDidChange(render));
    this.#store.add(servers.onDidChange(render));
    render();
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function itemOf(row: Row, command: string): vscode.TreeItem {
  const isServer = 'config' in row;
  const text = isServer ? describeServer(row) : describeQuestion(row);
  const item = new vscode.TreeItem(isServer ? serverLabel(row) : labelOf(row));
  item.id = isServer ? row.key : row.id;
  item.description = isServer ? row.setting.where : `${nameOf(row)}, ${row.tool}`;
  // Plain text: names and paths come from agents, and a workspace's settings from whoever made it.
  item.tooltip = text;
  item.accessibilityInformation = { label: text };
  item.iconPath = new vscode.ThemeIcon(isServer ? 'server-process' : 'question');
  item.contextValue = isServer ? 'server' : contextOf(row);
  item.command = { command, title: 'Answer', arguments: [row] };
  return item;
}
