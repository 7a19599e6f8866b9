import { CallRouter } from '../../extension/link/call-router.ts';
import { MemoryJournal } from '../../extension/link/journal.ts';
import { Link, type LinkDeps } from '../../extension/link/link.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { systemClock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { createLog } from '../../shared/log.ts';
import { filesTools } from '../../shared/tools/files.ts';
import { eventually } from './eventually.ts';
import { noQuestions } from './no-questions.ts';
import { sampleWindow } from './sample-window.ts';

export interface RealWindowOptions extends Pick<LinkDeps, 'bridge' | 'extensionVersion'> {
  readonly editorId?: string;
  readonly mayStart?: boolean;
}

/** A window without VS Code: the real link, call router and journal, and one tool whose effects are counted. */
export class RealWindow implements Disposable {
  readonly link: Link;
  readonly logged: string[] = [];
  /** How often the tool ran, by path. */
  readonly effects = new Map<string, number>();
  /** Instances of the bridges that this window was online with, in order. */
  readonly bridges: string[] = [];
  readonly #store = new DisposableStore();

  constructor({ bridge, extensionVersion, editorId = 'window-1', mayStart = true }: RealWindowOptions) {
    const clock = systemClock;
    const log = createLog((level, message) => this.logged.push(`${level} ${message}`));
    const journal = this.#store.add(new MemoryJournal({ clock }));
    const definitions = { open_file: filesTools.open_file };
    const calls = this.#store.add(
      new CallRouter({
        definitions,
        handlers: {
          open_file: async ({ path }) => {
            this.effects.set(path, (this.effects.get(path) ?? 0) + 1);
            // The name of the file says how long it takes.
            const ms = Number(/-(\d+)ms$/.exec(path)?.[1] ?? 0);
            if (ms > 0) await new Promise<void>((resolve) => clock.after(ms, resolve));
            const start = { line: 1, column: 1 };
            return { path, start, end: start, focused: false };
          },
        },
        journal,
        clock,
        log,
        isTrusted: () => true,
        ...noQuestions,
      }),
    );
    this.link = this.#store.add(
      new Link({
        clock,
        log,
        random: Math.random,
        bridge,
        openSocket: openLinkSocket,
        calls,
        mayStartBridge: () => mayStart,
        present: async () => {},
        identity: { editorId, epoch: `epoch-of-${editorId}`, renew: () => this.logged.push('error a new id') },
        extensionVersion,
        describeWindow: () => sampleWindow,
        toolNames: Object.keys(definitions),
      }),
    );
    this.link.onDidChangeState((state) => {
      if (state.kind === 'online') this.bridges.push(state.bridge.instance);
    });
    this.link.start();
  }

  /** The bridge that the window is online with, once its version is that. */
  online(version: string): Promise<string> {
    return eventually(
      () => {
        const { state } = this.link;
        return state.kind === 'online' && state.bridge.version === version ? state.bridge.instance : undefined;
      },
      `a link to ${version}; the log:\n${this.logged.join('\n')}\n`,
    );
  }

  dispose(): void {
    this.#store.dispose();
  }
}
