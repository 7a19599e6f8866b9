import type { Disposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import {
  parseUpstreams,
  type UpstreamConfig,
  type UpstreamProblem,
  upstreamKey,
} from '../../shared/upstream-config.ts';
import type { EditorSession } from '../editors/editor-call.ts';
import type { UpstreamStatus } from './upstream.ts';
import type { UpstreamSet } from './upstream-set.ts';

type Configs = Readonly<Record<string, UpstreamConfig>>;

/** What is told of a window in the words of a refusal, and where its commands run. */
type OfferingWindow = Pick<EditorSession, 'id' | 'window'>;

interface RefusedUpstream extends UpstreamProblem {
  /** The id of the window that offers it. */
  readonly window: string;
}

interface UpstreamsStatus {
  /** `from`: `config.json`, or the ids of the windows that offer it. */
  readonly upstreams: (UpstreamStatus & { readonly from: string[] })[];
  readonly refusedUpstreams: RefusedUpstream[];
}

export interface WindowUpstreamsDeps {
  /** Those of `config.json`, which come before any window's. */
  readonly fixed: Configs;
  readonly set: Pick<UpstreamSet, 'apply' | 'list'>;
  readonly log: Log;
  /** What `status` tells may have changed. */
  readonly changed: () => void;
}

/** A name, and what one window wants it to stand for. */
interface Claim {
  readonly name: string;
  readonly config: UpstreamConfig;
  readonly key: string;
  /** Claims are served in the order in which they were made. */
  readonly order: number;
  readonly window: OfferingWindow;
}

interface Offer {
  readonly claims: readonly Claim[];
  readonly problems: readonly RefusedUpstream[];
}

interface Served {
  readonly key: string;
  /** With what its first window added; it stays when that window goes and another one has the same server. */
  readonly config: UpstreamConfig;
  readonly windows: readonly string[];
}

/**
 * The servers of `config.json` and those that windows offer, as one set. A name stands for one server: the same
 * configuration from several windows is one server, and whoever comes later with another one is refused until the name is
 * free. A window's servers stay through its reload, because a window is forgotten only after its grace.
 */
export class WindowUpstreams implements Disposable {
  readonly #deps: WindowUpstreamsDeps;
  readonly #offers = new Map<string, Offer>();
  #served: ReadonlyMap<string, Served> = new Map();
  #refused: readonly RefusedUpstream[] = [];
  #orders = 0;
  #disposed = false;

  constructor(deps: WindowUpstreamsDeps) {
    this.#deps = deps;
    deps.set.apply(deps.fixed);
  }

  get status(): UpstreamsStatus {
    const { fixed, set } = this.#deps;
    return {
      upstreams: set.list().map(({ name, status }) => {
        const windows = this.#served.get(name)?.windows ?? [];
        return { ...status, from: Object.hasOwn(fixed, name) ? ['config.json'] : [...windows] };
      }),
      refusedUpstreams: [...this.#refused],
    };
  }

  /** All that the window offers from now on. */
  offer(window: OfferingWindow, given: Readonly<Record<string, unknown>>): void {
    const { servers, problems } = parseUpstreams(given);
    const before = this.#offers.get(window.id)?.claims ?? [];
    const all = Object.entries(servers).map(([name, config]): Claim => {
      const key = upstreamKey(config);
      const known = before.find((claim) => claim.name === name && claim.key === key);
      return { name, config, key, order: known?.order ?? ++this.#orders, window };
    });
    const tooMany = `a window may offer ${limits.windowUpstreamsMax} servers at most`;
    const refuse = ({ name, reason }: UpstreamProblem): RefusedUpstream => ({ name, window: window.id, reason });
    this.#offers.set(window.id, {
      claims: all.slice(0, limits.windowUpstreamsMax),
      problems: [
        ...problems.map(refuse),
        ...all.slice(limits.windowUpstreamsMax).map(({ name }) => refuse({ name, reason: tooMany })),
      ],
    });
    this.#merge();
  }

  /** The window is gone for good. */
  forget(windowId: string): void {
    if (this.#offers.delete(windowId)) this.#merge();
  }

  dispose(): void {
    this.#disposed = true;
  }

  #merge(): void {
    if (this.#disposed) return;
    const { fixed, set } = this.#deps;
    const offers = [...this.#offers.values()];
    const served = new Map<string, Served>();
    const refused = offers.flatMap(({ problems }) => problems);
    const holders = new Map<string, Claim>();
    for (const claim of offers.flatMap(({ claims }) => claims).toSorted((a, b) => a.order - b.order)) {
      const { name, key, window } = claim;
      const own = Object.hasOwn(fixed, name) ? fixed[name] : undefined;
      const holder = holders.get(name);
      if (own !== undefined) {
        if (upstreamKey(own) !== key) refused.push(refusal(claim, "the bridge's config.json has"));
      } else if (holder === undefined) {
        holders.set(name, claim);
        served.set(name, { key, config: this.#configOf(claim), windows: [window.id] });
      } else if (holder.key === key) {
        const known = served.get(name);
        if (known !== undefined) served.set(name, { ...known, windows: [...known.windows, window.id] });
      } else {
        refused.push(refusal(claim, `the window ${holder.window.id} ("${holder.window.window.name}") has`));
      }
    }
    this.#tellNew(refused);
    this.#served = served;
    this.#refused = refused;
    set.apply({ ...fixed, ...Object.fromEntries([...served].map(([name, { config }]) => [name, config])) });
    this.#deps.changed();
  }

  /** A command of a window runs in its first folder, and goes on there as long as any window has that server. */
  #configOf({ name, key, config, window }: Claim): UpstreamConfig {
    const running = this.#served.get(name);
    if (running?.key === key) return running.config;
    const [folder] = window.window.folders;
    const cwd = config.cwd ?? folder?.path;
    return config.command === undefined || cwd === undefined ? config : { ...config, cwd };
  }

  #tellNew(refused: readonly RefusedUpstream[]): void {
    for (const { name, window, reason } of refused) {
      const isKnown = this.#refused.some(
        (other) => other.name === name && other.window === window && other.reason === reason,
      );
      if (!isKnown) this.#deps.log.warn(`MCP server "${name}" of window ${window} is not used: ${reason}`);
    }
  }
}

function refusal({ name, window }: Claim, whose: string): RefusedUpstream {
  const reason = `${whose} another server of this name; give one of them another name, or make them the same`;
  return { name, window: window.id, reason };
}
