import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bridgeBundle } from '../../support/bridge-build.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import type { Defect } from '../window/options.ts';
import { BridgeHost } from './bridge-host.ts';
import { bundleProgram } from './bundled-program.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { Upstreams } from './upstreams.ts';
import { WindowProcess } from './window-process.ts';

export interface SceneOptions {
  readonly windows?: number;
  /** Whether windows may start the bridge when there is none. */
  readonly windowsStartBridge?: boolean;
  readonly defect?: Defect;
  /** Another bridge than this repository's. */
  readonly bundle?: string;
  /** Whether there are servers behind the bridge. */
  readonly upstreams?: boolean;
}

/** A window with the way to its bridge. */
export interface SceneWindow {
  readonly process: WindowProcess;
  readonly proxy: TcpProxy;
}

const version = '0.1.0';

/** One state directory with its bridge, and windows whose links can be broken; all in processes of their own. */
export class FaultScene {
  readonly bridge: BridgeHost;
  readonly windows: SceneWindow[] = [];
  readonly upstreams: Upstreams | undefined;
  readonly #temp: TempDir;
  readonly #options: SceneOptions;
  #program: string | undefined;

  private constructor(temp: TempDir, options: SceneOptions, upstreams: Upstreams | undefined) {
    this.#temp = temp;
    this.#options = options;
    this.upstreams = upstreams;
    const { bundle } = options;
    this.bridge = new BridgeHost({
      stateDir: join(temp.path, 'state'),
      ...(bundle === undefined ? {} : { bundle }),
      ...(upstreams === undefined ? {} : { config: upstreams.config }),
    });
  }

  /** Resolves when every window is online. */
  static async open(options: SceneOptions = {}): Promise<FaultScene> {
    const temp = tempDir();
    const folders = { folder: temp.path, ledgers: join(temp.path, 'ledgers') };
    mkdirSync(folders.ledgers);
    const scene = new FaultScene(temp, options, options.upstreams === true ? await Upstreams.open(folders) : undefined);
    try {
      await scene.bridge.start();
      for (let index = 0; index < (options.windows ?? 1); index++) await scene.openWindow();
      await scene.online();
      return scene;
    } catch (error) {
      await scene.dispose();
      throw error;
    }
  }

  get path(): string {
    return this.#temp.path;
  }

  /** @param storage the window's storage, when it shares that of another one */
  async openWindow(storage = `window-${this.windows.length}`): Promise<SceneWindow> {
    const { path } = this.#temp;
    this.#program ??= bundleProgram('window/window.ts', path);
    const proxy = await TcpProxy.open();
    const name = `window-${this.windows.length}`;
    const folder = join(path, 'folders', storage);
    mkdirSync(folder, { recursive: true });
    const { defect, windowsStartBridge = false, bundle } = this.#options;
    const window = new WindowProcess({
      program: this.#program,
      proxyPort: proxy.port,
      options: {
        stateDir: this.bridge.stateDir,
        storageDir: join(path, 'storage', storage),
        ledger: join(path, 'ledgers', name),
        folder,
        name,
        bundlePath: bundle ?? bridgeBundle(),
        version,
        mayStartBridge: windowsStartBridge,
        ...(defect === undefined ? {} : { defect }),
      },
    });
    const opened = { process: window, proxy };
    this.windows.push(opened);
    return opened;
  }

  /** The window of a test that has one. */
  get window(): SceneWindow {
    const [first] = this.windows;
    if (first === undefined) throw new Error('the scene has no window');
    return first;
  }

  /** Waits until these windows are linked to the bridge that runs now. */
  async online(windows: readonly SceneWindow[] = this.windows, withinMs = 30_000): Promise<void> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const { instance } = this.bridge;
      const missing = windows.filter(
        ({ process: { state } }) => instance === undefined || state.kind !== 'online' || state.instance !== instance,
      );
      if (missing.length === 0) return;
      if (performance.now() > untilMs) {
        const [{ process } = this.window] = missing;
        throw new Error(
          `${process.name} is ${JSON.stringify(process.state)} after ${withinMs} ms\n${process.log.slice(-30).join('\n')}`,
        );
      }
      await delay(10);
    }
  }

  /** How often each operation took effect, over all windows and servers and all their lives. */
  effects(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const folder = join(this.#temp.path, 'ledgers');
    for (const name of readdirSync(folder)) {
      for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
        const op = line.slice(0, line.indexOf(' '));
        if (op !== '') counts.set(op, (counts.get(op) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** Keeps the logs where they outlive the scene. */
  saveLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    this.bridge.saveLog(folder);
    for (const { process } of this.windows) writeFileSync(join(folder, `${process.name}.log`), process.log.join('\n'));
    if (this.upstreams !== undefined) writeFileSync(join(folder, 'web.log'), this.upstreams.web.log.join('\n'));
  }

  async dispose(): Promise<void> {
    for (const { process } of this.windows) await process.dispose();
    await this.bridge.dispose();
    await this.upstreams?.dispose();
    for (const { proxy } of this.windows) await proxy.close();
    this.#temp.remove();
  }
}
