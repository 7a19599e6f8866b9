import * as vscode from 'vscode';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Event } from '../../shared/events.ts';
import type { StatusMessage } from '../../shared/protocol.ts';
import type { LinkState } from '../link/link-state.ts';
import type { WindowServers } from '../servers/window-servers.ts';
import { serverLines } from './server-text.ts';
import { presentStatus, type StatusView } from './status-text.ts';
import { renderTooltip } from './status-tooltip.ts';

export interface StatusBarDeps {
  readonly clock: Clock;
  readonly link: { readonly state: LinkState; readonly onDidChangeState: Event<LinkState> };
  readonly servers: WindowServers;
  readonly onDidReceiveStatus: Event<StatusMessage>;
  /** The command that a click runs. */
  readonly command: string;
}

const backgrounds = {
  normal: undefined,
  warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
  error: new vscode.ThemeColor('statusBarItem.errorBackground'),
};

/** The person's view of the line: one item that follows the link's state. */
export class StatusBar implements Disposable {
  readonly #deps: StatusBarDeps;
  readonly #store = new DisposableStore();
  readonly #item: vscode.StatusBarItem;
  #status: StatusMessage | undefined;
  #tick: Disposable | undefined;

  constructor(deps: StatusBarDeps) {
    this.#deps = deps;
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem('holdfast.status', vscode.StatusBarAlignment.Left, 10),
    );
    this.#item.name = 'Holdfast';
    this.#item.command = deps.command;
    this.#store.add(deps.link.onDidChangeState(() => this.#render()));
    this.#store.add(deps.servers.onDidChange(() => this.#render()));
    this.#store.add(
      deps.onDidReceiveStatus((status) => {
        this.#status = status;
        this.#render();
      }),
    );
    this.#render();
    this.#item.show();
  }

  /** What the item says, for a title elsewhere. */
  get label(): string {
    return this.#view.label;
  }

  get #view(): StatusView {
    const { clock, link } = this.#deps;
    return presentStatus(link.state, clock.now(), this.#status?.agents.length ?? 0);
  }

  #render(): void {
    const { link, servers } = this.#deps;
    const { state } = link;
    if (state.kind !== 'online') this.#status = undefined;
    const tooltip = new vscode.MarkdownString(
      renderTooltip(state, this.#status, serverLines(servers, state, this.#status)),
      true,
    );
    this.#item.tooltip = tooltip;
    this.#showState();
  }

  /** Text, colour and label; repeated each second only while something counts down. */
  #showState(): void {
    if (this.#tick !== undefined) this.#store.delete(this.#tick);
    this.#tick = undefined;
    const view = this.#view;
    this.#item.text = view.text;
    this.#item.accessibilityInformation = { label: view.label, role: 'button' };
    this.#item.backgroundColor = backgrounds[view.severity];
    if (view.ticking) this.#tick = this.#store.add(this.#deps.clock.after(1_000, () => this.#showState()));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
