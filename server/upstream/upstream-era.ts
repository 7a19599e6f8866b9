import type { Disposable } from '../../shared/disposable.ts';
import { isRecord } from '../agent/json-rpc.ts';
import { unsupportedVersion } from '../agent/modern/check-request.ts';
import { describedStatus } from '../recovery/http-exchange.ts';
import { parseRecord } from '../recovery/post-request.ts';
import type { ClientRequest } from '../recovery/recovering-client.ts';
import type { Reply } from '../recovery/reply.ts';

/** A request as an era writes it. */
export interface Framed {
  readonly era: ClientRequest['era'];
  readonly params: object;
  readonly headers: Readonly<Record<string, string>>;
}

export type Message = Readonly<Record<string, unknown>>;

/** Sends a request of the bridge's own to the server. */
export type Send = (
  method: string,
  framed: Framed,
  more?: Partial<Pick<ClientRequest, 'budgetMs' | 'cancelled' | 'once' | 'onMessage'>>,
) => Promise<Reply>;

/** How one era of MCP is spoken with a server: how it begins, what a request says of itself, how the server speaks unasked. */
export interface UpstreamEra extends Disposable {
  readonly isOpen: boolean;
  /**
   * Begins; resolves with the server's capabilities.
   *
   * @throws WrongEraError when the server does not speak this era
   * @throws HoldfastError when there is no answer
   */
  open(): Promise<unknown>;
  /** @param inputSchema of the tool that is called */
  frame(method: string, params: object, inputSchema?: unknown): Framed;
  /** Hears from now on what the server says unasked, all of these resources included. */
  listen(capabilities: unknown, uris: ReadonlySet<string>): void;
  /** Tells the server that this is over, and forgets it. */
  end(): Promise<void>;
}

/** Whoever answers there does not speak this era, or not in this way. */
export class WrongEraError extends Error {
  override readonly name = 'WrongEraError';
}

/** Why an answer to the first request says that another era or another way should be tried; undefined when it does not. */
export function refusalIn(reply: Reply): string | undefined {
  if (reply.kind !== 'response' && reply.kind !== 'refused') return undefined;
  // About access or load, whatever else it says.
  if (reply.kind === 'refused' && [401, 403, 408, 429].includes(reply.status)) return undefined;
  if (reply.error !== undefined) return JSON.stringify(reply.error).slice(0, 200);
  if (reply.kind === 'response') return isRecord(parseRecord(reply.json)?.['result']) ? undefined : 'no result';
  // Who fails at a method that it does not know says 500; what stands between says 502 to 504 of a server that is away.
  return reply.status >= 502 ? undefined : describedStatus(reply);
}

/** Whether a server says that it does not speak this version of the protocol: of 2026-07-28 on, to what came before. */
export function isOfOtherEra(reply: Reply): boolean {
  const error = reply.kind === 'response' || reply.kind === 'refused' ? reply.error : undefined;
  return error !== undefined && 'code' in error && error.code === unsupportedVersion;
}
