import { reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { isRecord, RpcError, rpcCodes } from '../agent/json-rpc.ts';
import { checkedItem, type OfferedKind } from './offered-item.ts';
import type { Message } from './upstream-era.ts';

/** A tool, a prompt, a resource or a template, as its server describes it; `key` is its name, URI or URI template. */
export interface UpstreamItem {
  readonly key: string;
  readonly described: Message;
}

export interface UpstreamListDeps {
  readonly kind: OfferedKind;
  /** What lists it. */
  readonly method: string;
  /** The member that tells one from another. */
  readonly key: string;
  readonly ask: (method: string, params: object) => Promise<Message>;
  /** Whether the server declares that it has such a list. */
  readonly isOffered: () => boolean;
  /** Whether the server can be asked now; when it is back it is asked anyway. */
  readonly isThere: () => boolean;
  readonly onDidChange: () => void;
  readonly clock: Pick<Clock, 'after'>;
  readonly random: () => number;
  readonly log: Log;
}

/** One list of a server. What it once held stays until the server lists something else: it never shrinks by an outage. */
export class UpstreamList implements Disposable {
  readonly #deps: UpstreamListDeps;
  #items: readonly UpstreamItem[] = [];
  #json = '[]';
  /** Of several listings at once the one that was asked for last counts: a slow old one never replaces a newer. */
  #latest: Promise<void> | undefined;
  #asked = 0;
  /** The server has told of a change since the latest listing was asked for. */
  #isOutdated = false;
  #failures = 0;
  #failure: string | undefined;
  #retry: Disposable | undefined;
  /** What agents were not shown the last time, so that the same is told once. */
  #hidden = '';
  #disposed = false;

  constructor(deps: UpstreamListDeps) {
    this.#deps = deps;
  }

  get items(): readonly UpstreamItem[] {
    return this.#items;
  }

  /** Why it could not be listed, as long as that is so. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Lists anew; resolves when that is over, however it ended. */
  refresh(): Promise<void> {
    this.#retry?.dispose();
    this.#isOutdated = false;
    this.#asked += 1;
    this.#latest = this.#list(this.#asked);
    return this.#latest;
  }

  /** The server tells of a change; many of them in a row are followed by two listings, not by as many. */
  changed(): void {
    if (this.#latest === undefined) void this.refresh();
    else this.#isOutdated = true;
  }

  dispose(): void {
    this.#disposed = true;
    this.#retry?.dispose();
  }

  async #list(asked: number): Promise<void> {
    let items: readonly UpstreamItem[] = [];
    let failure: string | undefined;
    try {
      // A server that does not declare what it offers of a kind offers nothing of it.
      if (this.#deps.isOffered()) items = await this.#pages();
    } catch (error) {
      const isUnknown = error instanceof RpcError && error.code === rpcCodes.methodNotFound;
      if (!isUnknown) failure = messageOf(error);
    }
    if (asked !== this.#asked) return this.#latest;
    this.#latest = undefined;
    if (this.#disposed) return;
    if (failure === undefined) this.#listed(items);
    else this.#failed(failure);
    if (this.#isOutdated) void this.refresh();
  }

  #listed(items: readonly UpstreamItem[]): void {
    this.#failures = 0;
    this.#failure = undefined;
    const json = JSON.stringify(items);
    if (json === this.#json) return;
    this.#items = items;
    this.#json = json;
    this.#deps.onDidChange();
  }

  #failed(failure: string): void {
    const { method, isThere, clock, random, log } = this.#deps;
    this.#failures += 1;
    this.#failure = `${method} failed: ${failure}`;
    if (this.#failures === 1) log.warn(`${this.#failure}; it is tried again`);
    this.#retry = clock.after(reconnectDelayMs(this.#failures, random()), () => {
      if (isThere()) void this.refresh();
    });
  }

  async #pages(): Promise<readonly UpstreamItem[]> {
    const { method, kind } = this.#deps;
    const items = new Map<string, UpstreamItem>();
    const hidden: string[] = [];
    const cursors = new Set<unknown>();
    let params: object = {};
    for (;;) {
      const result = await this.#deps.ask(method, params);
      const listed = result[kind];
      for (const described of Array.isArray(listed) ? listed : []) this.#add(described, items, hidden);
      const { nextCursor: cursor } = result;
      const isFull = items.size >= limits.upstreamItemsMax || cursors.size >= limits.upstreamListPagesMax;
      const isCut = items.size > limits.upstreamItemsMax || (isFull && typeof cursor === 'string');
      if (isCut) hidden.unshift(`all after the first ${Math.min(items.size, limits.upstreamItemsMax)}`);
      // Pages that begin again would never end.
      if (typeof cursor !== 'string' || isFull || cursors.has(cursor)) break;
      cursors.add(cursor);
      params = { cursor };
    }
    this.#tell([...new Set(hidden)]);
    return [...items.values()].slice(0, limits.upstreamItemsMax);
  }

  #add(described: unknown, items: Map<string, UpstreamItem>, hidden: string[]): void {
    const { kind, key: member } = this.#deps;
    const key: unknown = isRecord(described) ? described[member] : undefined;
    if (!isRecord(described) || typeof key !== 'string') return void hidden.push(`what has no ${member}`);
    if (items.has(key)) return void hidden.push(`${key} once more`);
    const { item, problems } = checkedItem(kind, key, described);
    hidden.push(...problems);
    if (item !== undefined) items.set(key, { key, described: item });
  }

  #tell(all: readonly string[]): void {
    const more = all.length - limits.upstreamHiddenMax;
    const hidden = [...all.slice(0, limits.upstreamHiddenMax), ...(more > 0 ? [`${more} more`] : [])].join(', ');
    if (hidden !== '' && hidden !== this.#hidden) {
      this.#deps.log.warn(`${this.#deps.method} holds what agents are not shown: ${hidden}`);
    }
    this.#hidden = hidden;
  }
}
