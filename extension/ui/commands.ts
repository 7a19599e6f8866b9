import * as vscode from 'vscode';
import { DisposableStore } from '../../shared/disposable.ts';
import type { AgentEndpoint } from './agent-config.ts';
import { copyAgentConfig } from './copy-agent-config.ts';
import { showMenu } from './menu.ts';

export interface CommandDeps {
  /** What the status bar says now, without icons. */
  readonly summary: () => string;
  readonly isOnline: () => boolean;
  readonly reconnectNow: () => void;
  readonly showLog: () => void;
  readonly restartBridge: () => void;
  /** Whether a bridge that ended would come back without the person's hand. */
  readonly mayStartBridge: () => boolean;
  /** Where agents find the bridge; undefined when none is running. */
  readonly findEndpoint: () => Promise<AgentEndpoint | undefined>;
}

/** Registers every command of the manifest; the store owns them. */
export function registerCommands(deps: CommandDeps): DisposableStore {
  const handlers = {
    'holdfast.menu': () => showMenu(deps.summary(), deps.isOnline()),
    'holdfast.reconnect': () => deps.reconnectNow(),
    'holdfast.showLog': () => deps.showLog(),
    'holdfast.restartBridge': () => restartBridge(deps),
    'holdfast.copyAgentConfig': () => copyConfig(deps),
  };
  const store = new DisposableStore();
  for (const [command, run] of Object.entries(handlers)) store.add(vscode.commands.registerCommand(command, run));
  return store;
}

async function restartBridge(deps: CommandDeps): Promise<void> {
  if (!deps.mayStartBridge()) {
    const stop = 'Stop It';
    const answer = await vscode.window.showWarningMessage(
      'No window will start a new bridge, because holdfast.bridge.start is "never". Run `holdfast serve` yourself afterwards.',
      stop,
    );
    if (answer !== stop) return;
  }
  deps.restartBridge();
}

async function copyConfig(deps: CommandDeps): Promise<void> {
  const endpoint = await deps.findEndpoint();
  if (endpoint === undefined) {
    void vscode.window.showErrorMessage(
      'No bridge is running, so there is nothing to connect to. Run "Holdfast: Reconnect Now" first.',
    );
    return;
  }
  await copyAgentConfig(endpoint);
}
