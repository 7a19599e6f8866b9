import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BridgeFile, parseBridgeFile, stateFiles } from '../../../shared/state-files.ts';
import { BridgeProcess, runHoldfast } from '../../support/bridge-process.ts';
import { rawHttp } from '../../support/raw-http.ts';
import { removeFolder } from '../../support/temp-dir.ts';
import { gone, isRunning, killAndWait, signal } from './signals.ts';

/** A test that dies must not leave a bridge behind, whoever has started it. */
const hosts = new Set<BridgeHost>();
process.once('exit', () => {
  for (const host of hosts) host.endAll();
});

export interface BridgeHostOptions {
  readonly stateDir: string;
  readonly bundle?: string;
  /** What the user has written into config.json, which stays when everything else is replaced. */
  readonly config?: object;
}

/**
 * The bridge of a state directory, whoever has started it: this test, a window or a shim. Only the record in the
 * directory tells which process that is.
 */
export class BridgeHost {
  readonly stateDir: string;
  readonly #bundle: { readonly bundle?: string };
  readonly #config: object | undefined;
  readonly #started = new Set<BridgeProcess>();
  readonly #pids = new Set<number>();

  constructor({ stateDir, bundle, config }: BridgeHostOptions) {
    this.stateDir = stateDir;
    this.#bundle = bundle === undefined ? {} : { bundle };
    this.#config = config;
    this.#prepare();
    hosts.add(this);
  }

  /** What the directory says of its bridge. */
  get record(): BridgeFile | undefined {
    const text = this.#read(stateFiles.bridge);
    const record = text === undefined ? undefined : parseBridgeFile(text);
    if (record !== undefined) this.#pids.add(record.pid);
    return record;
  }

  /** Of the bridge that runs, as far as the directory tells. */
  get instance(): string | undefined {
    const { record } = this;
    return record !== undefined && isRunning(record.pid) ? record.instance : undefined;
  }

  get port(): number | undefined {
    return this.record?.port;
  }

  get token(): string | undefined {
    return this.#read(stateFiles.token)?.trim();
  }

  get editorSecret(): string | undefined {
    return this.#read(stateFiles.editorSecret)?.trim();
  }

  /** Starts a bridge, or joins the one that somebody else has started. */
  async start(args: readonly string[] = []): Promise<void> {
    const started = await BridgeProcess.start({ stateDir: this.stateDir, args, ...this.#bundle });
    this.#started.add(started);
    this.#pids.add(started.event.pid);
  }

  /** Whether it answers now. */
  async answers(): Promise<boolean> {
    const { port } = this;
    if (port === undefined) return false;
    const late = delay(2_000, false, { ref: false });
    const asked = rawHttp(port, { method: 'GET', path: '/proof?nonce=aaaaaaaaaaaaaaaaaaaaaaaa' }).then(
      ({ status }) => status === 200,
      () => false,
    );
    return Promise.race([asked, late]);
  }

  /** SIGKILL; false when there was nothing to kill. */
  async kill(): Promise<boolean> {
    const pid = this.record?.pid;
    if (pid === undefined || !isRunning(pid)) return false;
    await killAndWait(pid);
    return true;
  }

  /** SIGTERM, and waits for the end. */
  async stop(): Promise<void> {
    const pid = this.record?.pid;
    if (pid !== undefined && signal(pid, 'SIGTERM')) await gone(pid);
  }

  /** `holdfast rotate`: other keys, another token. */
  async rotate(): Promise<void> {
    const { code, stderr } = await runHoldfast(['rotate', '--state-dir', this.stateDir], this.#bundle);
    if (code !== 0) throw new Error(`holdfast rotate ended with ${code}: ${stderr}`);
  }

  /** SIGSTOP for so long. */
  async freeze(ms: number): Promise<void> {
    const pid = this.record?.pid;
    if (pid === undefined || !signal(pid, 'SIGSTOP')) return;
    await delay(ms);
    signal(pid, 'SIGCONT');
  }

  /** Removes what the bridge keeps, so that the next one is a stranger to its agents. */
  forget(names: readonly string[]): void {
    for (const name of names) removeFolder(join(this.stateDir, name));
    this.#prepare();
  }

  /** Keeps the log where it outlives the scene. */
  saveLog(folder: string): void {
    const log = join(this.stateDir, stateFiles.log);
    if (existsSync(log)) cpSync(log, join(folder, stateFiles.log));
  }

  /** Without waiting. */
  endAll(): void {
    void this.record;
    for (const pid of this.#pids) signal(pid, 'SIGKILL');
  }

  async dispose(): Promise<void> {
    hosts.delete(this);
    this.endAll();
    for (const pid of this.#pids) await killAndWait(pid);
    for (const each of this.#started) await each.dispose();
  }

  #prepare(): void {
    mkdirSync(this.stateDir, { recursive: true, mode: 0o700 });
    if (this.#config !== undefined) writeFileSync(join(this.stateDir, 'config.json'), JSON.stringify(this.#config));
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.stateDir, name), 'utf8');
    } catch {
      // Not there (yet).
      return undefined;
    }
  }
}
