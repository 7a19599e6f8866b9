import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { ListOfContent } from '../agent/content.ts';
import { isRecord, RpcError, rpcCodes } from '../agent/json-rpc.ts';
import { checkedItem } from './offered-item.ts';

type Result = Readonly<Record<string, unknown>>;

/** What a server offers, each with the method that lists it, what tells one from another, and whose change it is. */
const kinds = {
  tools: { method: 'tools/list', key: 'name', list: 'tools' },
  prompts: { method: 'prompts/list', key: 'name', list: 'prompts' },
  resources: { method: 'resources/list', key: 'uri', list: 'resources' },
  resourceTemplates: { method: 'resources/templates/list', key: 'uriTemplate', list: 'resources' },
} as const satisfies Record<string, { method: string; key: string; list: ListOfContent }>;
export type UpstreamKind = keyof typeof kinds;
const allKinds: readonly UpstreamKind[] = ['tools', 'prompts', 'resources', 'resourceTemplates'];

/** A tool, a prompt, a resource or a template, as its server describes it; `key` is its name, URI or URI template. */
export interface UpstreamItem {
  readonly key: string;
  readonly described: Result;
}

export interface UpstreamListsDeps {
  readonly ask: (method: string, params: object) => Promise<Result>;
  readonly onDidChange: (list: ListOfContent) => void;
  readonly log: Log;
}

interface Listed {
  readonly items: readonly UpstreamItem[];
  readonly json: string;
}
const nothing: Listed = { items: [], json: '[]' };

/** What one server offers. What it once listed stays until it lists something else: a list never shrinks by an outage. */
export class UpstreamLists {
  readonly #deps: UpstreamListsDeps;
  readonly #listed = new Map<UpstreamKind, Listed>();
  /** Of several listings at once the one that was asked for last counts: a slow old one never replaces a newer. */
  readonly #latest = new Map<UpstreamKind, Promise<void>>();
  readonly #asked = new Map<UpstreamKind, number>();
  /** What was wrong with the last listing, so that the same is told once. */
  readonly #wrong = new Map<UpstreamKind, string>();
  #capabilities: Result = {};

  constructor(deps: UpstreamListsDeps) {
    this.#deps = deps;
  }

  of(kind: UpstreamKind): readonly UpstreamItem[] {
    return (this.#listed.get(kind) ?? nothing).items;
  }

  /** What the server says that it can do, each time that it says it. */
  declare(capabilities: unknown): void {
    this.#capabilities = isRecord(capabilities) ? capabilities : {};
  }

  /** Lists anew; resolves when that is over, however it ended. */
  async refresh(list?: ListOfContent): Promise<void> {
    await Promise.all(
      allKinds.filter((kind) => list === undefined || kinds[kind].list === list).map((kind) => this.#refresh(kind)),
    );
  }

  #refresh(kind: UpstreamKind): Promise<void> {
    const refreshed = this.#ask(kind);
    this.#latest.set(kind, refreshed);
    return refreshed;
  }

  async #ask(kind: UpstreamKind): Promise<void> {
    const asked = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, asked);
    const { list, method } = kinds[kind];
    let items: readonly UpstreamItem[] = [];
    try {
      // A server that does not declare what it offers of a kind offers nothing of it.
      if (list in this.#capabilities) items = await this.#pages(kind);
    } catch (error) {
      const isUnknown = error instanceof RpcError && error.code === rpcCodes.methodNotFound;
      if (!isUnknown) return this.#deps.log.debug(`${method} failed: ${messageOf(error)}`);
    }
    const json = JSON.stringify(items);
    if (asked !== this.#asked.get(kind)) return this.#latest.get(kind);
    if (json === (this.#listed.get(kind) ?? nothing).json) return;
    this.#listed.set(kind, { items, json });
    this.#deps.onDidChange(list);
  }

  async #pages(kind: UpstreamKind): Promise<readonly UpstreamItem[]> {
    const { method, key } = kinds[kind];
    const items: UpstreamItem[] = [];
    const problems: string[] = [];
    let cursor: unknown;
    for (let page = 0; page < limits.upstreamListPagesMax && items.length < limits.upstreamItemsMax; page += 1) {
      const result = await this.#deps.ask(method, cursor === undefined ? {} : { cursor });
      const listed = result[kind];
      for (const described of Array.isArray(listed) ? listed : []) {
        const own: unknown = isRecord(described) ? described[key] : undefined;
        if (!isRecord(described) || typeof own !== 'string') {
          problems.push(`an item without ${key}`);
          continue;
        }
        const checked = checkedItem(kind, own, described);
        problems.push(...checked.problems);
        if (checked.item !== undefined) items.push({ key: own, described: checked.item });
      }
      cursor = result['nextCursor'];
      if (typeof cursor !== 'string') break;
    }
    this.#tell(kind, problems);
    return items.slice(0, limits.upstreamItemsMax);
  }

  #tell(kind: UpstreamKind, problems: readonly string[]): void {
    const named = problems.slice(0, limits.upstreamProblemsMax).join(', ');
    const more = problems.length - limits.upstreamProblemsMax;
    const wrong = `${named}${more > 0 ? ` and ${more} more` : ''}`;
    if (wrong !== '' && wrong !== this.#wrong.get(kind)) {
      this.#deps.log.warn(`${kinds[kind].method} is not as MCP has it; left out of it: ${wrong}`);
    }
    this.#wrong.set(kind, wrong);
  }
}
