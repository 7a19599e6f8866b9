import { isRpcId, type RpcId } from '../agent/json-rpc.ts';
import { parseRecord } from '../recovery/post-request.ts';

/** What is kept of a line that is too long: its two ends, `limits.lineEndBytes` each. */
export interface LineEnds {
  readonly head: string;
  readonly tail: string;
}

/** The members before the first that is no text or number; agents write what is small first. */
const leadingMembers = /^\s*\{((?:\s*"\w+"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?\d+)\s*,)*)/;
/** An id as the last member, but for the protocol's name: what the one brace after it closes is the whole message. */
const lastId = /[,{]\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

/** The id of a message of which only the ends are known; undefined where they do not tell. */
export function idOf(ends: LineEnds): RpcId | undefined {
  const id = leading(ends)['id'] ?? parseRecord(`{"id":${lastId.exec(ends.tail)?.[1]}}`)?.['id'];
  return isRpcId(id) ? id : undefined;
}

/** The same of a request; null also for what is none. */
export function requestIdOf(ends: LineEnds): RpcId | null {
  return typeof leading(ends)['method'] === 'string' ? (idOf(ends) ?? null) : null;
}

function leading({ head }: LineEnds): Readonly<Record<string, unknown>> {
  const members = leadingMembers.exec(head)?.[1] ?? '';
  return parseRecord(`{${members.replace(/,\s*$/, '')}}`) ?? {};
}
