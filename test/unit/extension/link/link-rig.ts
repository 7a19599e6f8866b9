import type {
  BridgeSource,
  FoundBridge,
  ProvenBridge,
  ReplaceOutcome,
  StartOutcome,
} from '../../../../extension/link/bridge-source.ts';
import { Link } from '../../../../extension/link/link.ts';
import type { LinkSocket } from '../../../../extension/link/link-socket.ts';
import type { LinkState } from '../../../../extension/link/link-state.ts';
import { type Disposable, toDisposable } from '../../../../shared/disposable.ts';
import { createLog } from '../../../../shared/log.ts';
import { closeCodes, decode, linkVersion, type ToBridge, toBridgeSchema } from '../../../../shared/protocol.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeLinkSocket } from '../../../support/fake-link-socket.ts';
import { sampleWindow } from '../../../support/sample-window.ts';

export const missing: FoundBridge = { kind: 'missing', reason: 'no bridge runs' };

export function proven(instance = 'one', version = '0.1.0'): ProvenBridge {
  return { kind: 'proven', port: 4711, instance, version, secret: 's' };
}

/** What the bridge does with a `hello`. */
export type Greeting = 'welcome' | 'silence' | 'id_in_use' | { readonly close: number };

/** A link with a fake world around it; everything that happens is one line of `lines`, with its second. */
export class LinkRig implements Disposable {
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  readonly sockets: FakeLinkSocket[] = [];
  readonly watchers = new Set<() => void>();
  /** What a search for the bridge finds. */
  found: FoundBridge = proven();
  /** Of the bridge. */
  newestLinkVersion = linkVersion;
  /** What the bridge says that it can do. */
  features: string[] | undefined;
  /** Link versions of all hellos. */
  readonly hellos: number[] = [];
  /** How a start ends. */
  startOutcome: StartOutcome = { kind: 'started' };
  /** How a handover ends. */
  replaceOutcome: ReplaceOutcome = { kind: 'replaced' };
  replacements = 0;
  startAllowed = false;
  /** The window's page; resolved while it is there. */
  page: Promise<void> = Promise.resolve();
  /** Answers the latest call. */
  reply: (message: ToBridge) => void = () => {};
  greeting: Greeting = 'welcome';
  /** Overrides how a socket opens. */
  openSocket: ((signal: AbortSignal) => Promise<LinkSocket>) | undefined;
  /** Spread of the delays: 1 the longest, 0 the shortest. */
  random = 1;
  starts = 0;
  readonly ids = ['window-1'];
  readonly link: Link;
  readonly #startMs = this.clock.now();

  constructor({ states = true }: { states?: boolean } = {}) {
    const bridge: BridgeSource = {
      find: async () => {
        await Promise.resolve();
        return { found: this.found, fingerprint: JSON.stringify(this.found) };
      },
      start: async () => {
        this.starts += 1;
        await Promise.resolve();
        return this.startOutcome;
      },
      replace: async () => {
        this.replacements += 1;
        await Promise.resolve();
        return this.replaceOutcome;
      },
      endSilent: async () => {
        this.#line('end the silent bridge');
        await Promise.resolve();
        return true;
      },
      watch: (_fingerprint, changed) => {
        const tell = () => changed(JSON.stringify(this.found));
        this.watchers.add(tell);
        return toDisposable(() => this.watchers.delete(tell));
      },
    };
    const ids = this.ids;
    this.link = new Link({
      clock: this.clock,
      log: createLog((level, message) => this.#line(`${level}: ${message}`)),
      random: () => this.random,
      bridge,
      openSocket: (_target, signal) => this.openSocket?.(signal) ?? this.#open(),
      mayStartBridge: () => this.startAllowed,
      present: () => this.page,
      calls: {
        call: (message, reply) => {
          this.reply = reply;
          this.#line(`call ${message.id}`);
        },
        cancel: (id) => this.#line(`cancel ${id}`),
        ack: (ids) => this.#line(`ack ${ids.join()}`),
        journal: { ids: [], gapMs: 0 },
      },
      identity: {
        get editorId() {
          return ids.at(-1) ?? '';
        },
        epoch: 'epoch-1',
        renew: () => this.ids.push(`window-${this.ids.length + 1}`),
      },
      extensionVersion: '0.1.0',
      describeWindow: () => sampleWindow,
      toolNames: ['read_buffer'],
    });
    if (states) this.link.onDidChangeState((state) => this.#line(describe(state)));
  }

  /** The newest socket. */
  get socket(): FakeLinkSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }

  async online(): Promise<void> {
    this.link.start();
    await this.clock.settle();
    if (this.link.state.kind !== 'online') throw new Error(`not online but ${this.link.state.kind}`);
  }

  /** Online for so long that the next drop counts from one. */
  async healthy(): Promise<void> {
    await this.online();
    for (let second = 0; second < 11; second += 1) {
      this.socket.deliverTraffic();
      await this.clock.advance(1_000);
    }
    this.take();
  }

  stateFilesChange(): void {
    for (const tell of this.watchers) tell();
  }

  dispose(): void {
    this.link.dispose();
  }

  #line(text: string): void {
    this.lines.push(`${((this.clock.now() - this.#startMs) / 1000).toFixed(1)} ${text}`);
  }

  async #open(): Promise<LinkSocket> {
    await Promise.resolve();
    const socket = new FakeLinkSocket();
    this.sockets.push(socket);
    socket.onSent = (text) => {
      const { greeting } = this;
      const hello = toBridgeSchema.safeParse(decode(text)).data;
      if (hello?.type !== 'hello') return;
      const { version } = hello;
      this.hellos.push(version);
      queueMicrotask(() => {
        if (version > this.newestLinkVersion) socket.deliverClose(closeCodes.versionNotSupported);
        else if (typeof greeting === 'object') socket.deliverClose(greeting.close);
        else if (greeting === 'id_in_use') socket.deliver({ type: 'id_in_use' });
        else if (greeting === 'welcome') socket.deliver(this.#welcome(version));
      });
    };
    return socket;
  }

  #welcome(version: number) {
    const { found } = this;
    const [instance, bridgeVersion] = found.kind === 'proven' ? [found.instance, found.version] : ['none', ''];
    const editorId = this.ids.at(-1) ?? '';
    const times = { heartbeatMs: 10_000, graceMs: 30_000 };
    const features = this.features === undefined ? {} : { features: this.features };
    return { type: 'welcome', version, instance, bridgeVersion, editorId, ...times, ...features } as const;
  }
}

function describe(state: LinkState): string {
  switch (state.kind) {
    case 'stopped':
      return 'stopped';
    case 'connecting':
      return `connecting ${state.attempt}`;
    case 'online':
      return `online ${state.bridge.instance}`;
    case 'waiting':
      return `waiting ${(state.delayMs / 1000).toFixed(2)} s for ${state.attempt}: ${state.reason}`;
    case 'refused':
      return `refused: ${state.reason}${state.detail === undefined ? '' : ` | ${state.detail}`}`;
  }
}
