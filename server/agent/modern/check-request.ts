import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../http-answers.ts';
import { type RpcRequest, rpcCodes } from '../json-rpc.ts';
import { claimedVersion, type Envelope, readEnvelope } from './envelope.ts';
import { headerProblem } from './header-checks.ts';

/** Error codes that only this era has (spec, "Error Codes"). */
const headerMismatch = -32_020;
export const unsupportedVersion = -32_022;

/** The versions that the bridge serves, newest first. */
export interface ServedVersions {
  readonly modern: readonly string[];
  /** Those that begin with `initialize`. */
  readonly legacy: readonly string[];
}

/** The envelope of a request that describes itself in full, without contradiction and in a served version; else why not. */
export function checkRequest(
  headers: IncomingHttpHeaders,
  request: RpcRequest,
  served: ServedVersions,
): { readonly envelope: Envelope } | { readonly refusal: Refusal } {
  const refused = (code: number, message: string, data?: unknown) => ({
    refusal: { status: 400, id: request.id, code, message, data },
  });
  const header = headers['mcp-protocol-version'];
  const version = claimedVersion(request.params) ?? header;
  // First of all, because another version may ask for something else than the rest of this.
  if (typeof version === 'string' && !served.modern.includes(version) && (header ?? version) === version) {
    return refused(unsupportedVersion, ...unsupported(version, served));
  }
  const envelope = readEnvelope(request.params);
  if ('problems' in envelope) return refused(rpcCodes.invalidParams, `Invalid params: ${envelope.problems.join('; ')}`);
  const problem = headerProblem(headers, request, envelope.version);
  return problem === undefined ? { envelope } : refused(headerMismatch, `Header mismatch: ${problem}`);
}

/** A client that asks for a legacy version in this way must not be sent back to it: it would ask in this way again. */
function unsupported(requested: string, { modern, legacy }: ServedVersions): [message: string, data: object] {
  const message = `Unsupported protocol version: ${requested}`;
  return legacy.includes(requested)
    ? [`${message} begins with an initialize request`, { supported: modern, requested }]
    : [message, { supported: [...modern, ...legacy], requested }];
}
