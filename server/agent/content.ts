import type { Disposable } from '../../shared/disposable.ts';
import type { Event } from '../../shared/events.ts';
import type { LoggingLevel } from './logging-level.ts';
import type { MethodTable } from './methods.ts';

/** What a server has to offer to agents. Both eras serve the same: they differ in how, never in what. */
export interface AgentContent {
  /** MCP's server capabilities, as `initialize` and `server/discover` tell them. */
  readonly capabilities: ContentCapabilities;
  /** Whether the lists that are declared as changing can do so as things stand. */
  readonly listsMayChange: boolean;
  readonly instructions: string;
  readonly methods: MethodTable;
  /**
   * Results that are the same for everybody, serialised and encoded, by method: an era may answer with one of these at
   * once. What stands here changes with the content.
   */
  readonly readyResults: ReadonlyMap<string, Buffer>;
  /** Whether a resource of this URI can be read, now or later: what may be subscribed to. */
  hasResource(uri: string): boolean;
  /** Has changes of a resource told for as long as somebody is subscribed to it; undefined where they are told anyway. */
  readonly watchResource?: (uri: string) => Disposable | undefined;
  readonly onDidChange: Event<ContentChange>;
  /** Forgets the answers of these idempotency keys; absent where none are kept. */
  readonly acknowledge?: (keys: readonly string[]) => void;
}

/** Only what is served may be declared; what is absent is not served. */
export interface ContentCapabilities {
  readonly tools?: { readonly listChanged?: boolean };
  readonly resources?: { readonly listChanged?: boolean; readonly subscribe?: boolean };
  readonly prompts?: { readonly listChanged?: boolean };
  readonly completions?: Record<string, never>;
  readonly logging?: Record<string, never>;
}

/** A list whose change agents can be told of. */
export type ListOfContent = 'tools' | 'prompts' | 'resources';

/** Something that agents may want to hear of; who hears it is a matter of their era and their subscriptions. */
export type ContentChange =
  | { readonly kind: 'resource'; readonly uri: string }
  | { readonly kind: 'list'; readonly list: ListOfContent }
  | { readonly kind: 'log'; readonly level: LoggingLevel; readonly data: string };

/** The name under which everything that we log to agents goes. */
const logger = 'holdfast';

/** A log line for an agent, as the notification that carries it. */
export function logNotification(level: LoggingLevel, data: unknown): string {
  return notification('notifications/message', { level, logger, data });
}

/**
 * The notification of a change, for a client that wants it.
 *
 * @param meta what ties it to the stream that it goes out on, where the era has that
 */
export function changeNotification(change: ContentChange, meta?: object): string {
  switch (change.kind) {
    case 'resource':
      return notification('notifications/resources/updated', { uri: change.uri, _meta: meta });
    case 'list':
      return notification(`notifications/${change.list}/list_changed`, meta && { _meta: meta });
    case 'log':
      return logNotification(change.level, change.data);
  }
}

export function notification(method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}
