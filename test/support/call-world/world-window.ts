import { CallRouter } from '../../../extension/link/call-router.ts';
import { LastingJournal } from '../../../extension/link/lasting-journal.ts';
import type { EditorRegistry } from '../../../server/editors/editor-registry.ts';
import { DisposableStore } from '../../../shared/disposable.ts';
import type { Hello } from '../../../shared/protocol.ts';
import type { FakeClock } from '../fake-clock.ts';
import { FakeJournalDisk } from '../fake-journal-disk.ts';
import { fakeHello } from '../fake-session-link.ts';
import { memoryLog } from '../memory-log.ts';
import { noQuestions } from '../no-questions.ts';
import { WorldLink } from './world-link.ts';
import { worldTools } from './world-tools.ts';

export interface WorldWindowDeps {
  readonly clock: FakeClock;
  readonly random: () => number;
  readonly id: string;
  readonly folder: string;
  /** The living bridge. */
  readonly bridge: () => EditorRegistry | undefined;
  /** A change took effect. */
  readonly effect: (text: string) => void;
}

/** One life of the extension host: the real router and the real journal. */
interface Host {
  readonly epoch: string;
  readonly router: CallRouter<typeof worldTools>;
  readonly journal: LastingJournal;
  readonly store: DisposableStore;
  alive: boolean;
  ready: boolean;
}

/** A window whose extension host and link come and go, over a disk that stays. */
export class WorldWindow {
  readonly #deps: WorldWindowDeps;
  readonly disk: FakeJournalDisk;
  #host: Host | undefined;
  #link: WorldLink | undefined;
  #epochs = 0;

  constructor(deps: WorldWindowDeps) {
    this.#deps = deps;
    this.disk = new FakeJournalDisk(deps.clock, deps.random);
    this.#start();
  }

  get id(): string {
    return this.#deps.id;
  }

  dropLink(): void {
    this.#link?.cut();
  }

  /** The disk has no room for a while, or can't be written at all. */
  async breakDisk(how: 'full' | 'readOnly'): Promise<void> {
    this.disk[how] = true;
    await new Promise<void>((resolve) => this.#deps.clock.after(this.#deps.random() * 2_000, resolve));
    this.disk[how] = false;
  }

  /** kill -9 of the extension host; VS Code starts another, within the window's grace unless told otherwise. */
  killHost(backAfterMs = 20 + this.#deps.random() * 3_000): void {
    const host = this.#host;
    if (host === undefined) return;
    host.alive = false;
    this.#host = undefined;
    this.dropLink();
    this.disk.crash();
    // Timers of a process that is gone.
    host.store.dispose();
    this.#deps.clock.after(backAfterMs, () => this.#start());
  }

  /** The window reloads: the old extension host ends in good order, then the next one begins. */
  async reload(): Promise<void> {
    const host = this.#host;
    if (host === undefined) return;
    this.#host = undefined;
    this.dropLink();
    host.store.dispose();
    await host.journal.close();
    host.alive = false;
    this.disk.crash();
    this.#deps.clock.after(this.#deps.random() * 3_000, () => this.#start());
  }

  /** Tries to link now and then, as long as there is no link. */
  reconnect(): void {
    this.#deps.clock.after(this.#deps.random() * 1_000, () => this.#connect());
  }

  dispose(): void {
    this.#host?.store.dispose();
    this.#host = undefined;
    this.dropLink();
  }

  #start(): void {
    const { clock, id } = this.#deps;
    this.#epochs += 1;
    const store = new DisposableStore();
    const { log } = memoryLog();
    const journal = store.add(new LastingJournal({ clock, log }));
    const handler = (read: boolean) => (input: { text: string }, signal: AbortSignal) =>
      this.#work(host, read, input.text, signal);
    const [look, change] = [handler(true), handler(false)];
    const router = store.add(
      new CallRouter({
        definitions: worldTools,
        handlers: {
          look: (input, { signal }) => look(input, signal),
          change: (input, { signal }) => change(input, signal),
        },
        journal,
        clock,
        log,
        isTrusted: () => true,
        ...noQuestions,
      }),
    );
    const host: Host = { epoch: `${id}-${this.#epochs}`, router, journal, store, alive: true, ready: false };
    this.#host = host;
    void journal.open(this.disk.open(), this.#epochs === 1).then(() => {
      host.ready = true;
      this.#connect();
    });
  }

  /** A change takes time before its effect and after it, and stops for nobody. */
  async #work(host: Host, read: boolean, text: string, signal: AbortSignal): Promise<{ said: string }> {
    await this.#pause();
    // A process that is gone does nothing more, and says nothing.
    if (!host.alive) return new Promise(() => {});
    if (signal.aborted && this.#deps.random() < 0.5) throw signal.reason;
    if (!read) this.#deps.effect(text);
    await this.#pause();
    return host.alive ? { said: text } : new Promise(() => {});
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.after(1 + this.#deps.random() * 8, resolve));
  }

  #connect(): void {
    const host = this.#host;
    if (host === undefined || !host.ready || this.#link?.open) return;
    const registry = this.#deps.bridge();
    if (registry === undefined) {
      this.reconnect();
      return;
    }
    const link = new WorldLink({
      clock: this.#deps.clock,
      delayMs: () => this.#deps.random() * 4,
      toWindow: (message) => {
        if (message.type === 'call') host.router.call(message, (reply) => link.reply(reply));
        else if (message.type === 'cancel') host.router.cancel(message.id, message.reason);
        else if (message.type === 'ack') host.router.ack(message.ids);
      },
      lost: () => this.reconnect(),
    });
    this.#link = link;
    void registry.admit(this.#hello(host), link);
  }

  #hello(host: Host): Hello {
    const { id, folder } = this.#deps;
    const { ids, gapMs } = host.router.journal;
    const hello = fakeHello({ editorId: id, epoch: host.epoch, tools: Object.keys(worldTools), journal: [...ids] });
    const folders = [{ name: id, path: folder, uri: `file://${folder}` }];
    return { ...hello, journalGapMs: gapMs, window: { ...hello.window, folders } };
  }
}
