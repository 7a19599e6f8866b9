import { type ChildProcess, spawn } from 'node:child_process';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import { installedFiles, type NodeCommand, parseNodeCommand, stateFiles } from '../../shared/state-files.ts';
import { readPrivate } from '../private-files.ts';
import { parseToPredecessor, type ToPredecessor, type ToSuccessor } from './messages.ts';

/** An installed bridge, and the program to run it with. */
export interface InstalledBridge {
  readonly bundle: string;
  readonly node: NodeCommand;
}

/** What a window installed under that version; undefined when it is not whole. Only the version is ever asked for. */
export function installedBridge(stateDir: string, version: string): InstalledBridge | undefined {
  const folder = join(stateDir, stateFiles.bin, version);
  const bundle = join(folder, installedFiles.bundle);
  const node = parseNodeCommand(readPrivate(join(folder, installedFiles.node)) ?? '');
  return node === undefined || readPrivate(bundle) === undefined ? undefined : { bundle, node };
}

export interface SuccessorProcessDeps {
  readonly installed: InstalledBridge;
  /** Of the bridge that it replaces: the same command line. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stateDir: string;
  readonly clock: Clock;
}

/** Kept of what it says before it is up. */
const maxKeptChars = 16_384;
const successorFlag = '--successor';

/** The process that is to be the bridge. It outlives this one once it is. */
export class SuccessorProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #heard: ToPredecessor[] = [];
  #ended: string | undefined;
  #listener = () => {};
  #said = '';

  constructor({ installed, args, env, stateDir, clock }: SuccessorProcessDeps) {
    const { bundle, node } = installed;
    const { ELECTRON_RUN_AS_NODE: _, ...clean } = env;
    const own = args.filter((arg) => arg !== successorFlag);
    this.#clock = clock;
    this.#child = spawn(node.path, [bundle, ...own, successorFlag], {
      cwd: stateDir,
      detached: true,
      windowsHide: true,
      env: { ...clean, ...(node.runAsNode ? { ELECTRON_RUN_AS_NODE: '1' } : {}) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      this.#said = (this.#said + part).slice(-maxKeptChars);
    });
    this.#child.on('message', (message) => {
      const known = parseToPredecessor(message);
      if (known !== undefined) this.#heard.push(known);
      this.#listener();
    });
    this.#child.once('close', (code, signal) => this.#end(`it ended with ${signal ?? `code ${code}`}`));
    this.#child.once('error', (error) => this.#end(`it could not be run: ${error.message}`));
  }

  /** The last lines that it wrote. */
  get detail(): string {
    return this.#said.trimEnd().split('\n').slice(-limits.bridgeStartLogLines).join('\n');
  }

  /** Waits for its next message. Rejects with what went wrong. */
  next(withinMs: number): Promise<ToPredecessor> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#listener = () => {};
        late.dispose();
        act();
      };
      const late = this.#clock.after(withinMs, () =>
        settle(() => reject(new Error(`it was not there after ${withinMs / 1000} s`))),
      );
      this.#listener = () => {
        const message = this.#heard.shift();
        if (message !== undefined) settle(() => resolve(message));
        else if (this.#ended !== undefined) settle(() => reject(new Error(this.#ended)));
      };
      this.#listener();
    });
  }

  /** Hands the listening socket over; this process keeps its own hold of it until it closes `server`. */
  give(message: ToSuccessor, server: Server): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.send(message, server, {}, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** It is the bridge now: nothing here keeps or ends it. */
  release(): void {
    this.#child.stderr?.destroy();
    this.#child.unref();
  }

  dispose(): void {
    this.#child.kill('SIGKILL');
    this.release();
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#listener();
  }
}
