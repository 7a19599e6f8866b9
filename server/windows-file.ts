import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, messageOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { stateFiles } from '../shared/state-files.ts';
import { formatKnownWindows, type KnownWindows, parseKnownWindows } from './editors/known-windows.ts';
import { readPrivate, writePrivate } from './private-files.ts';

export interface WindowsFileDeps {
  readonly stateDir: string;
  /** Changes with each boot and with the keys from which call ids are made. */
  readonly scope: string;
  readonly log: Log;
}

/** Keeps the bridge's windows in the state directory, for the bridge that comes after a crash. */
export class WindowsFile {
  readonly #deps: WindowsFileDeps;
  readonly #path: string;

  constructor(deps: WindowsFileDeps) {
    this.#deps = deps;
    this.#path = join(deps.stateDir, stateFiles.windows);
  }

  /** What the last bridge knew: nothing before the first one ran, undefined when it got lost. */
  load(): KnownWindows | undefined {
    const { scope, log } = this.#deps;
    try {
      const text = readPrivate(this.#path);
      if (text === undefined) return { windows: [], gone: [], completeFromMs: 0 };
      const known = parseKnownWindows(text, scope);
      if (known === undefined) log.info('the windows of the bridge before this one are not known');
      return known;
    } catch (error) {
      log.warn(`${this.#path} cannot be read: ${messageOf(error)}`);
      return undefined;
    }
  }

  save(known: KnownWindows): void {
    const { scope, log } = this.#deps;
    try {
      writePrivate(this.#path, formatKnownWindows(known, scope));
    } catch (error) {
      log.warn(`${this.#path} cannot be written: ${messageOf(error)}`);
      this.#spoil();
    }
  }

  /** A record that lacks a window is worse than none. Takes no room on a full disk. */
  #spoil(): void {
    try {
      truncateSync(this.#path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#deps.log.warn(`${this.#path} is out of date: ${messageOf(error)}`);
    }
  }
}
