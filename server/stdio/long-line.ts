import { isRpcId, type RpcId } from '../agent/json-rpc.ts';
import { parseRecord } from '../recovery/post-request.ts';

/** What is kept of a line that is too long: its two ends, `limits.lineEndBytes` each. */
export interface LineEnds {
  readonly head: string;
  readonly tail: string;
}

/** The members before the first that is no text or number; agents write what is small first. */
const leadingMembers = /^\s*\{((?:\s*"\w+"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?\d+)\s*,)*)/;
/** An id as the last member: what the one brace after it closes is the whole message. */
const lastId = /[,{]\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)\s*\}\s*$/;

/** The id of a request of which only the ends are known; null where they do not tell, and for what is no request. */
export function requestIdOf({ head, tail }: LineEnds): RpcId | null {
  const members = leadingMembers.exec(head)?.[1] ?? '';
  const first = parseRecord(`{${members.replace(/,\s*$/, '')}}`);
  if (typeof first?.['method'] !== 'string') return null;
  const id = first['id'] ?? parseRecord(`{"id":${lastId.exec(tail)?.[1]}}`)?.['id'];
  return isRpcId(id) ? id : null;
}
