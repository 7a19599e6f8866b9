import * as vscode from 'vscode';
import { DisposableStore } from '../../shared/disposable.ts';
import type { Decision } from '../servers/consents.ts';
import type { WindowServers, WorkspaceServer } from '../servers/window-servers.ts';
import { withoutIcons } from './one-line.ts';
import { describeDecision, describeServer, serverLabel } from './server-text.ts';

export interface ServerCommandDeps {
  readonly servers: WindowServers;
}

/** The commands of the workspace's servers; like those of questions they take the object, which only our views have. */
export function registerServerCommands(deps: ServerCommandDeps): DisposableStore {
  const { servers } = deps;
  const on = (act: (server: WorkspaceServer) => unknown) => (given: unknown) => {
    const server = servers.workspace.find((each) => each === given);
    return server === undefined ? undefined : act(server);
  };
  const handlers = {
    'holdfast.allowServer': on((server) => servers.decide(server, 'allowed')),
    'holdfast.denyServer': on((server) => servers.decide(server, 'denied')),
    'holdfast.showServerSetting': on(showSetting),
    'holdfast.reviewServers': () => reviewServers(deps),
  };
  const store = new DisposableStore();
  for (const [command, run] of Object.entries(handlers)) store.add(vscode.commands.registerCommand(command, run));
  return store;
}

/** How a list shows it. */
export function serverItem(server: WorkspaceServer): { readonly label: string; readonly detail: string } {
  return { label: withoutIcons(serverLabel(server)), detail: withoutIcons(`From ${server.setting.where}.`) };
}

/** Asks for the person's decision, whatever it was before. What it is about comes first, so that Enter decides nothing. */
export async function answerServer({ servers }: ServerCommandDeps, server: WorkspaceServer): Promise<void> {
  const decision = servers.decisionOn(server);
  const show = () => showSetting(server);
  const decide = (given: Decision | undefined) => (): void => void servers.decide(server, given);
  const lines = describeServer(server)
    .split('\n')
    .map((line) => ({ label: withoutIcons(line), run: show }));
  const again = {
    label: '$(question) Ask Again',
    detail: `Forgets your answer: ${describeDecision(decision)}.`,
    run: decide(undefined),
  };
  const choices = [
    ...lines,
    { label: 'Your answer', kind: vscode.QuickPickItemKind.Separator, run: show },
    {
      label: '$(go-to-file) Show Setting',
      detail: withoutIcons(`${server.setting.where}. Nothing is decided.`),
      run: show,
    },
    {
      label: '$(check) Allow',
      detail: 'Exactly this one, in this workspace, also from now on.',
      run: decide('allowed'),
    },
    { label: '$(circle-slash) Deny', detail: 'Not used, until the setting changes.', run: decide('denied') },
    ...(decision === undefined ? [] : [again]),
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: serverLabel(server), placeHolder: 'Allow it?' });
  await picked?.run();
}

async function reviewServers(deps: ServerCommandDeps): Promise<void> {
  const { servers } = deps;
  const items = servers.workspace.map((server) => ({
    ...serverItem(server),
    description: describeDecision(servers.decisionOn(server)),
    server,
  }));
  const placeHolder =
    items.length === 0 ? 'The settings of this workspace name no MCP server, or it is not trusted.' : 'Which one?';
  const picked = await vscode.window.showQuickPick(items, { title: "This workspace's MCP servers", placeHolder });
  if (picked !== undefined) await answerServer(deps, picked.server);
}

async function showSetting({ setting: { file } }: WorkspaceServer): Promise<void> {
  if (file !== undefined) await vscode.window.showTextDocument(vscode.Uri.parse(file));
}
