import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import { parseUpstreams, type UpstreamConfig, type UpstreamProblem } from '../../shared/upstream-config.ts';
import { type Consents, consentKey, type Decision } from './consents.ts';
import { fillIn, type ServerSetting, withFolder } from './server-setting.ts';

/** A server that the workspace wants. Whoever holds the object may decide about it: no agent can name it. */
export interface WorkspaceServer {
  /** Stands for the server exactly as it would run. */
  readonly key: string;
  readonly name: string;
  /** As it is written, with its folder. */
  readonly config: UpstreamConfig;
  readonly setting: Pick<ServerSetting, 'where' | 'file'>;
  /** The person has a server of this name, which this one would replace in this window. */
  readonly replaces: boolean;
}

export interface WindowServersDeps {
  /** From the weakest to the strongest: a later one replaces an earlier one's server of the same name. */
  readonly settings: () => readonly ServerSetting[];
  readonly isTrusted: () => boolean;
  readonly consents: Consents;
  /** Of the extension host. */
  readonly env: (name: string) => string | undefined;
}

/**
 * The MCP servers that this window offers to agents: the person's own, and those of a trusted workspace that the person has
 * allowed, each exactly as it was when they were asked.
 */
export class WindowServers implements Disposable {
  readonly #deps: WindowServersDeps;
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  #offers: Readonly<Record<string, UpstreamConfig>> = {};
  #problems: readonly UpstreamProblem[] = [];
  #workspace: readonly WorkspaceServer[] = [];

  readonly onDidChange = this.#changes.event;

  constructor(deps: WindowServersDeps) {
    this.#deps = deps;
    this.#read();
  }

  get offers(): Readonly<Record<string, UpstreamConfig>> {
    return this.#offers;
  }

  /** What of the settings is not used, and why. */
  get problems(): readonly UpstreamProblem[] {
    return this.#problems;
  }

  /** Those of the workspace, whatever was decided about them. */
  get workspace(): readonly WorkspaceServer[] {
    return this.#workspace;
  }

  /** Those that wait for the person. */
  get questions(): readonly WorkspaceServer[] {
    return this.#workspace.filter((server) => this.decisionOn(server) === undefined);
  }

  decisionOn({ key }: WorkspaceServer): Decision | undefined {
    return this.#deps.consents.get(key);
  }

  /**
   * @param decision undefined: the person is asked again
   * @returns false when the workspace does not want this server any more
   */
  decide(server: WorkspaceServer, decision: Decision | undefined): boolean {
    if (!this.#workspace.includes(server)) return false;
    this.#deps.consents.set(server.key, decision);
    this.update();
    return true;
  }

  /** Something that it all depends on has changed: a setting, the trust, the folders. */
  update(): void {
    this.#read();
    this.#changes.fire();
  }

  #read(): void {
    const offers = new Map<string, UpstreamConfig>();
    const problems: UpstreamProblem[] = [];
    const workspace = new Map<string, WorkspaceServer>();
    for (const setting of this.#deps.settings()) {
      if (setting.scope === 'workspace' && !this.#deps.isTrusted()) continue;
      const { servers, problems: wrong } = parseUpstreams(recordOf(setting.value));
      problems.push(...wrong.map(({ name, reason }) => ({ name, reason: `${reason} (${setting.where})` })));
      for (const [name, written] of Object.entries(servers)) {
        const config = withFolder(written, setting);
        if (setting.scope === 'workspace') {
          const server = this.#serverOf(name, config, { setting, replaces: offers.has(name) });
          workspace.set(server.key, server);
          if (this.decisionOn(server) !== 'allowed') continue;
        }
        const filled = fillIn(config, this.#deps.env);
        if (filled.kind === 'filled') offers.set(name, filled.config);
        else problems.push({ name, reason: `VS Code's environment has no variable "${filled.variable}"` });
      }
    }
    this.#offers = Object.fromEntries(offers);
    this.#problems = problems;
    this.#workspace = [...workspace.values()];
  }

  /** The same object as long as it is the same server: a view may hold it. */
  #serverOf(
    name: string,
    config: UpstreamConfig,
    { setting, replaces }: { readonly setting: ServerSetting; readonly replaces: boolean },
  ): WorkspaceServer {
    const key = consentKey(name, config);
    const known = this.#workspace.find((server) => server.key === key);
    if (known?.replaces === replaces && known.setting.file === setting.file) return known;
    const { where, file } = setting;
    return { key, name, config, setting: { where, ...(file === undefined ? {} : { file }) }, replaces };
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
