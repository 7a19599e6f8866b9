/** One VS Code with the VSIX and a browser for its windows: what a UI test file works on. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { Agent, endpointOf } from './agent.ts';
import { serveBridge } from './bridge.ts';
import { type OpenBrowser, openBrowser, openWindow } from './browser.ts';
import { findChromium } from './chromium.ts';
import { Cleanup } from './cleanup.ts';
import { until } from './deadline.ts';
import { type Host, type HostOptions, startHost } from './host.ts';
import { outDir } from './paths.ts';
import { exitOnSignal } from './processes.ts';
import { setUpHost } from './setup.ts';
import { builtVsix } from './vsix.ts';
import { waitForStatus } from './workbench.ts';
import { createScratch, type Scratch } from './workspace.ts';

export interface StageOptions extends Pick<HostOptions, 'trust' | 'userSettings' | 'keepsAbandoned'> {
  /** Another extension than that of the last build. */
  readonly vsix?: string;
}

// An interrupted mocha run ends its hosts and browsers.
exitOnSignal();

const bridgeMs = 30_000;
const screenshots = path.join(outDir, 'ui');

export class Stage {
  readonly #cleanup: Cleanup;
  readonly #browser: OpenBrowser;
  readonly host: Host;
  readonly scratch: Scratch;

  private constructor(parts: { cleanup: Cleanup; browser: OpenBrowser; host: Host; scratch: Scratch }) {
    this.#cleanup = parts.cleanup;
    this.#browser = parts.browser;
    this.host = parts.host;
    this.scratch = parts.scratch;
  }

  static async open({ vsix, ...options }: StageOptions = {}): Promise<Stage> {
    const cleanup = new Cleanup();
    try {
      const scratch = createScratch();
      cleanup.add(() => scratch.remove());
      const installation = await setUpHost(console.log);
      const host = await startHost({
        ...options,
        installation,
        vsix: [vsix ?? builtVsix()],
        stateDir: scratch.stateDir,
      });
      cleanup.add(() => host.stop());
      const browser = await openBrowser(findChromium(console.log));
      cleanup.add(() => browser.close());
      return new Stage({ cleanup, browser, host, scratch });
    } catch (error) {
      await cleanup.run();
      throw error;
    }
  }

  get stateDir(): string {
    return this.scratch.stateDir;
  }

  /** A window on `folder`, with the workbench on the screen. */
  async window(folder: string | undefined): Promise<Page> {
    const page = await this.#browser.context.newPage();
    await openWindow(page, this.host, folder);
    return page;
  }

  /** A window whose link is up. */
  async linkedWindow(folder: string | undefined): Promise<Page> {
    const page = await this.window(folder);
    await waitForStatus(page, /connected/);
    return page;
  }

  /** A page of the same browser that is no window. */
  page(): Promise<Page> {
    return this.#browser.context.newPage();
  }

  /** Starts a bridge by hand, of this build or another; the stage ends it. */
  async serve(bundle?: string): Promise<void> {
    const bridge = await serveBridge(this.stateDir, bundle);
    this.#cleanup.add(() => bridge.dispose());
  }

  /** An agent on the bridge of this stage; the stage closes it. */
  async agent(): Promise<Agent> {
    const agent = new Agent(await until('a bridge', bridgeMs, () => endpointOf(this.stateDir)));
    this.#cleanup.add(() => agent.close());
    return agent;
  }

  async screenshot(page: Page, name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.#cleanup.run();
  }
}
