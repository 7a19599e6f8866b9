import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BridgeProcess } from '../../extension/bridge-process.ts';
import { type BridgeFile, parseBridgeFile, stateFiles } from '../../shared/state-files.ts';
import { type ModernMessage, postModern } from './modern-http.ts';
import { otherBuild } from './other-build.ts';
import type { McpEndpoint, RawAnswer } from './raw-http.ts';
import { RealWindow } from './real-window.ts';
import { StartRig } from './start-rig.ts';

const signal = new AbortController().signal;

/** A call of the windows' one tool, which goes to one of them. */
export function openFileRequest(path: string, window = 'window-1'): ModernMessage {
  return { method: 'tools/call', params: { name: 'open_file', arguments: { path, window } } };
}

/** Bridges and windows of several versions on one state directory. */
export class ReplaceScene {
  readonly rig = new StartRig();
  readonly #windows: RealWindow[] = [];

  /** A window's side of the bridge, of an extension of that version. */
  async side(version: string, { firstLink = false }: { firstLink?: boolean } = {}): Promise<BridgeProcess> {
    const bundlePath = await otherBuild({ entry: 'server/main.ts', version, firstLink });
    return this.rig.bridge({ bundlePath, version });
  }

  /** Starts the bridge of that version. */
  async start(version: string, options: { firstLink?: boolean } = {}): Promise<BridgeFile> {
    assert.deepEqual(await (await this.side(version, options)).start(signal), { kind: 'started' });
    return this.record;
  }

  async window(version: string, editorId = 'window-1', mayStart = true): Promise<RealWindow> {
    return this.windowOf(await this.side(version), version, { editorId, mayStart });
  }

  windowOf(
    bridge: BridgeProcess,
    extensionVersion: string,
    options: { readonly editorId?: string; readonly mayStart?: boolean } = {},
  ): RealWindow {
    const window = new RealWindow({ bridge, extensionVersion, ...options });
    this.#windows.push(window);
    return window;
  }

  /** The bridge that the state directory names now; it is ended with the scene. */
  get record(): BridgeFile {
    void this.rig.pid;
    const bridge = parseBridgeFile(this.file(stateFiles.bridge));
    assert.ok(bridge);
    return bridge;
  }

  get endpoint(): McpEndpoint {
    return { port: this.record.port, token: this.file(stateFiles.token) };
  }

  /** Runs the windows' one tool. */
  openFile(path: string): Promise<RawAnswer> {
    return postModern(this.endpoint, openFileRequest(path));
  }

  file(name: string): string {
    return readFileSync(join(this.rig.stateDir, name), 'utf8').trim();
  }

  dispose(): void {
    for (const window of this.#windows) window.dispose();
    this.rig.dispose();
  }
}
