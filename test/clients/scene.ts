import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AgentEndpoint } from '../../extension/ui/agent-config.ts';
import { shimCommand } from '../../extension/ui/shim-config.ts';
import type { StalePolicy } from '../../server/agent/legacy/stale-policy.ts';
import { readSecret } from '../../server/state-dir.ts';
import { type BridgeFile, stateFiles } from '../../shared/state-files.ts';
import { bridgeOf, killBridge } from '../host/bridge.ts';
import { until } from '../host/deadline.ts';
import { tempFolder } from '../host/temp-folder.ts';
import { bridgeBundle } from '../support/bridge-build.ts';
import { mcpHeaders, rawHttp } from '../support/raw-http.ts';
import { WindowProcess } from '../support/window-process.ts';

/** A cold start on a busy machine. */
const startMs = 30_000;

/** With one behind the bridge its lists can change, so clients keep a stream open that each restart breaks. */
const serverBehind = {
  command: process.execPath,
  args: [
    '--import',
    import.meta.resolve('tsx'),
    path.resolve(import.meta.dirname, '../support/live-servers/programs/on-stdio.ts'),
  ],
};

interface Status {
  readonly windows: readonly { readonly readiness: string }[];
}

/** One window, which starts the bridge as VS Code's do, and what a test does to the two. Nobody else restarts anything. */
export class Scene {
  /** What agents work in, and what the window has open. */
  readonly folder: string;
  readonly #temp = tempFolder();
  readonly #stateDir: string;
  readonly #window: WindowProcess;
  #bridge: BridgeFile | undefined;
  #moved = 0;
  #newsAt = 0;

  readonly #config: string;

  private constructor(onStale: StalePolicy | undefined) {
    const sessions = onStale === undefined ? {} : { sessions: { onStale } };
    this.#config = JSON.stringify({ ...sessions, upstreams: { behind: serverBehind } });
    this.#stateDir = path.join(this.#temp.path, 'state');
    this.folder = path.join(this.#temp.path, 'work');
    mkdirSync(this.folder);
    this.#makeStateDir();
    this.#window = new WindowProcess({
      stateDir: this.#stateDir,
      storage: path.join(this.#temp.path, 'storage'),
      editorId: 'window-of-clients',
      folder: this.folder,
      bundle: bridgeBundle(),
    });
  }

  /** @param onStale as the user sets it in config.json */
  static async open(onStale?: StalePolicy): Promise<Scene> {
    const scene = new Scene(onStale);
    scene.#window.start();
    await scene.#bridgeAfter(undefined);
    return scene;
  }

  /** As the extension hands it to "Copy Agent Configuration". */
  get endpoint(): AgentEndpoint {
    const stateDir = this.#stateDir;
    const shim = shimCommand({
      platform: process.platform,
      launcher: path.join(stateDir, stateFiles.bin, 'holdfast'),
      stateDir,
      defaultStateDir: '',
    });
    return { url: `http://127.0.0.1:${this.#running.port}/mcp`, token: this.#token, shim };
  }

  /** How often the text of a call took effect. */
  effectsOf(text: string): number {
    return this.#window.effects.get(text) ?? 0;
  }

  /** kill -9 of the bridge; resolves when the window has started the next one and is connected to it. */
  async restartBridge(): Promise<void> {
    const before = this.#running;
    await killBridge(this.#stateDir);
    await this.#bridgeAfter(before);
  }

  /**
   * Takes the state directory away, with the bridge's own keys, and then the bridge: the next one starts in a new
   * directory. What is kept is what an agent's configuration holds (docs/decisions/0017).
   */
  async replaceStateDir(kept: readonly string[]): Promise<void> {
    const before = this.#running;
    this.#moved += 1;
    const old = `${this.#stateDir}-${this.#moved}`;
    // Nobody may start a bridge in the old directory, so it goes first.
    renameSync(this.#stateDir, old);
    this.#newsAt = 0;
    this.#makeStateDir();
    for (const name of kept) {
      writeFileSync(path.join(this.#stateDir, name), readFileSync(path.join(old, name)), { mode: 0o600 });
    }
    process.kill(before.pid, 'SIGKILL');
    await this.#bridgeAfter(before);
  }

  /** The window's extension host ends and begins again; resolves before it is connected. */
  async reloadWindow(): Promise<void> {
    await this.#window.kill();
    this.#window.start();
  }

  /** What the bridge has logged since this was asked last. */
  bridgeNews(): string {
    const log = this.bridgeLog;
    const news = log.slice(this.#newsAt);
    this.#newsAt = log.length;
    return news;
  }

  get bridgeLog(): string {
    return this.#read(stateFiles.log);
  }

  get windowLog(): string {
    return this.#window.log;
  }

  async dispose(): Promise<void> {
    await this.#window.kill();
    await killBridge(this.#stateDir);
    this.#temp.remove();
  }

  #makeStateDir(): void {
    mkdirSync(this.#stateDir, { mode: 0o700 });
    writeFileSync(path.join(this.#stateDir, stateFiles.config), this.#config);
  }

  get #running(): BridgeFile {
    if (this.#bridge === undefined) throw new Error('no bridge has started');
    return this.#bridge;
  }

  get #token(): string {
    const token = readSecret(this.#stateDir, 'token');
    if (token === undefined) throw new Error('the state directory has no token');
    return token;
  }

  async #bridgeAfter(before: BridgeFile | undefined): Promise<void> {
    this.#bridge = await until(
      'another bridge, with the window',
      startMs,
      async () => {
        const bridge = await bridgeOf(this.#stateDir);
        if (bridge === undefined || bridge.instance === before?.instance) return undefined;
        this.#bridge = bridge;
        return (await this.#status()).windows.some(({ readiness }) => readiness === 'ready') ? bridge : undefined;
      },
      () => `${this.bridgeLog}\n${this.windowLog}`,
    );
  }

  async #status(): Promise<Status> {
    const headers = mcpHeaders(this.#token);
    const { text } = await rawHttp(this.#running.port, { method: 'GET', path: '/status', headers });
    return JSON.parse(text);
  }

  #read(name: string): string {
    try {
      return readFileSync(path.join(this.#stateDir, name), 'utf8');
    } catch {
      // Not there (yet).
      return '';
    }
  }
}
