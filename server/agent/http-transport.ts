import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { acknowledgedKeys } from './agent-hints.ts';
import { type Era, eraOfHeaders, eraOfPost, type Leg } from './era.ts';
import { answerEmpty, answerRefusal, refuseUnread } from './http-answers.ts';
import { rpcCodes } from './json-rpc.ts';
import { acceptedTypes, checkMediaTypes } from './media-types.ts';
import { readBody } from './request-body.ts';

export interface HttpTransportDeps {
  readonly legs: Readonly<Record<Era, Leg>>;
  /** Takes the keys whose answers were delivered. */
  readonly acknowledge: ((keys: readonly string[]) => void) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Streamable HTTP at `/mcp`, up to the point where the eras part: media types, body, JSON. Access was checked before. */
export class HttpTransport {
  readonly #deps: HttpTransportDeps;

  constructor(deps: HttpTransportDeps) {
    this.#deps = deps;
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    switch (req.method) {
      case 'POST':
        return this.#post(req, res);
      case 'GET':
      case 'DELETE': {
        const era = eraOfHeaders(req.headers);
        if (era === undefined) answerEmpty(res, 405, { allow: 'POST' });
        else if (req.method === 'GET') this.#deps.legs[era].get(req, res);
        else await this.#deps.legs[era].delete(req, res);
        return;
      }
      default:
        refuseUnread(
          req,
          res,
          { status: 405, message: 'Method not allowed', headers: { allow: 'GET, POST, DELETE' } },
          this.#deps.clock,
        );
    }
  }

  async #post(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { acknowledge, clock, legs, log } = this.#deps;
    const delivered = acknowledgedKeys(req.headers);
    if (delivered !== undefined) acknowledge?.(delivered);
    const accepted = acceptedTypes(req);
    const refusal = checkMediaTypes(req, accepted);
    if (refusal !== undefined) return refuseUnread(req, res, refusal, clock);
    const body = await readBody(req, clock);
    switch (body.kind) {
      case 'too_large':
        return refuseUnread(
          req,
          res,
          { status: 413, message: `Payload too large: at most ${limits.bodyMaxBytes} bytes` },
          clock,
        );
      case 'too_slow':
        return refuseUnread(
          req,
          res,
          { status: 408, message: `The body did not arrive within ${limits.bodyMs} ms` },
          clock,
        );
      case 'cut_off':
        log.debug('a client went away while it sent a request');
        return;
      case 'whole': {
        const json = parse(body.text);
        if (json === undefined) {
          return answerRefusal(res, {
            status: 400,
            code: rpcCodes.parseError,
            message: 'Parse error: the body is not valid JSON',
          });
        }
        const acceptsStream = accepted.includes('text/event-stream');
        return legs[eraOfPost(json.value, req.headers)].post({ req, res, body: json.value, acceptsStream });
      }
    }
  }
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The caller answers with JSON-RPC's parse error.
    return undefined;
  }
}
