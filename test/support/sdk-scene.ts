import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BridgeOptions, BridgeProcess } from './bridge-process.ts';
import { FakeEditor, type FakeEditorOptions } from './fake-editor.ts';
import { connectMcpClient, type McpClient, type McpClientOptions } from './mcp-client.ts';
import { connectModernClient, type ModernClient, type ModernClientOptions } from './modern-client.ts';

/** A real bridge, and whatever windows and SDK clients a test gives it; `dispose` ends them in reverse order. */
export class SdkScene {
  readonly bridge: BridgeProcess;
  readonly #owned: { dispose(): Promise<void> }[] = [];

  private constructor(bridge: BridgeProcess) {
    this.bridge = bridge;
  }

  static async start(options?: BridgeOptions): Promise<SdkScene> {
    return new SdkScene(await BridgeProcess.start(options));
  }

  /** With these servers behind the bridge, in a state directory of its own below `dir`. */
  static startWith(dir: string, upstreams: object): Promise<SdkScene> {
    const stateDir = join(dir, 'state');
    mkdirSync(stateDir, { mode: 0o700 });
    writeFileSync(join(stateDir, 'config.json'), JSON.stringify({ upstreams }));
    return SdkScene.start({ stateDir });
  }

  async connect(options: Partial<McpClientOptions> = {}): Promise<McpClient> {
    const { url, token } = this.bridge;
    const connected = await connectMcpClient({ url, token, ...options });
    this.#owned.push({ dispose: () => connected.close() });
    return connected;
  }

  async connectModern(options: Partial<ModernClientOptions> = {}): Promise<ModernClient> {
    const { url, token } = this.bridge;
    const connected = await connectModernClient({ url, token, ...options });
    this.#owned.push({ dispose: () => connected.close() });
    return connected;
  }

  async openWindow(options: Partial<FakeEditorOptions> = {}): Promise<FakeEditor> {
    const { port, editorSecret } = this.bridge;
    const editor = await FakeEditor.connect({ port, secret: editorSecret, ...options });
    this.#owned.push({ dispose: () => editor.dispose() });
    return editor;
  }

  async dispose(): Promise<void> {
    for (const each of this.#owned.splice(0).reverse()) await each.dispose();
    await this.bridge.dispose();
  }
}
