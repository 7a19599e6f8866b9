import type { IncomingHttpHeaders } from 'node:http';
import { isRecord, type RpcRequest } from '../json-rpc.ts';

/** Where the value that `Mcp-Name` mirrors stands in the params (transports, "Standard Request Headers"). */
const nameField: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/**
 * What is wrong with the headers that mirror the body; undefined when they agree. Whoever stands between may have decided
 * by the headers, so a request that says two things is refused.
 *
 * @param version the version that the body claims
 */
export function headerProblem(
  headers: IncomingHttpHeaders,
  { method, params }: RpcRequest,
  version: string,
): string | undefined {
  const problem =
    mismatch('MCP-Protocol-Version', headers['mcp-protocol-version'], version) ??
    mismatch('Mcp-Method', headers['mcp-method'], method);
  if (problem !== undefined) return problem;
  const field = nameField.get(method);
  const name = field !== undefined && isRecord(params) ? params[field] : undefined;
  // A body without the value is refused for that, in words that name it.
  return typeof name === 'string' ? mismatch('Mcp-Name', headers['mcp-name'], name, encoded) : undefined;
}

/** The headers that mirror a body, for whoever passes on what came without any. What no header can hold is left out. */
export function mirrorHeaders({ method, params }: Pick<RpcRequest, 'method' | 'params'>, version: string) {
  const field = nameField.get(method);
  const name = field !== undefined && isRecord(params) ? params[field] : undefined;
  return {
    ...(isPlain(version) ? { 'mcp-protocol-version': version } : {}),
    ...(isPlain(method) ? { 'mcp-method': method } : {}),
    ...(typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {}),
  };
}

/** A text as a header can hold it. */
export function headerValue(text: string): string {
  return isPlain(text) && !text.startsWith('=?') ? text : encoded(text);
}

/** Visible ASCII, with spaces only inside. */
function isPlain(value: string): boolean {
  return /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/.test(value);
}

function mismatch(
  header: string,
  given: string | readonly string[] | undefined,
  wanted: string,
  encode?: (value: string) => string,
): string | undefined {
  if (given === undefined) return `the ${header} header is missing; the body says ${JSON.stringify(wanted)}`;
  const isEncoded = typeof given === 'string' && given.startsWith('=?base64?') && given.endsWith('?=');
  if (given === (isEncoded && encode !== undefined ? encode(wanted) : wanted)) return undefined;
  return `the ${header} header says ${JSON.stringify(given)}, the body ${JSON.stringify(wanted)}`;
}

/** The form of a value that a header cannot hold as it is. There is one only, so encoding decides equality. */
function encoded(value: string): string {
  return `=?base64?${Buffer.from(value).toString('base64')}?=`;
}
