import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalFolder } from '../../extension/journal-folder.ts';
import { CallRouter } from '../../extension/link/call-router.ts';
import { JournalPlace } from '../../extension/link/journal-place.ts';
import { LastingJournal } from '../../extension/link/lasting-journal.ts';
import { Link } from '../../extension/link/link.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { systemClock } from '../../shared/clock.ts';
import { DisposableStore } from '../../shared/disposable.ts';
import { createLog } from '../../shared/log.ts';
import { bufferTools } from '../../shared/tools/buffers.ts';
import { noQuestions } from './no-questions.ts';
import { sampleWindow } from './sample-window.ts';
import type { StartRig } from './start-rig.ts';

/** A window without VS Code: the extension's own link, router and journal, over tools that count what they do. */
export class CountingWindow {
  /** How often each path was written. */
  readonly writes = new Map<string, number>();
  readonly logged: string[] = [];
  readonly link: Link;
  readonly #store = new DisposableStore();
  readonly #journal: LastingJournal;
  readonly #place: JournalPlace;

  /** @param workMs how long a tool takes, before and after its effect */
  constructor(rig: StartRig, workMs: () => number) {
    const clock = systemClock;
    const log = createLog((level, message) => this.logged.push(`${level} ${message}`));
    const identity = { editorId: 'window-counting', epoch: randomUUID(), renew: () => {} };
    const folder = join(rig.stateDir, 'storage');
    const journals = new JournalFolder({
      folder,
      platform: process.platform,
      tempDir: tmpdir(),
      clock,
      random: Math.random,
      log,
    });
    this.#journal = this.#store.add(new LastingJournal({ clock, log }));
    this.#place = this.#store.add(
      new JournalPlace({
        journal: this.#journal,
        identity,
        lock: (id) => journals.lock(id),
        disk: (id) => journals.disk(id),
        clock,
        log,
      }),
    );
    const work = () => new Promise<void>((resolve) => clock.after(workMs(), resolve));
    const calls = new CallRouter({
      definitions: bufferTools,
      handlers: {
        read_buffer: async ({ path }) => {
          await work();
          return {
            path,
            text: `text of ${path}`,
            range: { start_line: 1, end_line: 1 },
            language: 'plaintext',
            eol: 'LF',
            version: 1,
            sha: 'sha',
            dirty: false,
            freshness: { version: 1, dirty: false, diskInSync: true, complete: true },
            page: { shown: 1, total: 1, next: null },
          };
        },
        edit_buffer: async ({ create = [] }) => {
          await work();
          for (const { path } of create) this.writes.set(path, (this.writes.get(path) ?? 0) + 1);
          await work();
          return { files: [], on_disk: true };
        },
      },
      journal: this.#journal,
      clock,
      log,
      isTrusted: () => true,
      ...noQuestions,
    });
    this.link = this.#store.add(
      new Link({
        clock,
        log,
        random: Math.random,
        bridge: rig.bridge(),
        openSocket: openLinkSocket,
        calls: this.#store.add(calls),
        mayStartBridge: () => true,
        present: async () => {},
        identity,
        extensionVersion: '0.1.0',
        describeWindow: () => sampleWindow,
        toolNames: Object.keys(bufferTools),
      }),
    );
  }

  async start(): Promise<void> {
    await this.#place.open(true);
    this.link.start();
  }

  async dispose(): Promise<void> {
    this.#store.dispose();
    await this.#journal.close();
  }
}
