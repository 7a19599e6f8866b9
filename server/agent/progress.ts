import type { ToolCall } from '../calls/dispatcher.ts';
import { isRecord, isRpcId } from './json-rpc.ts';

type ProgressSender = NonNullable<ToolCall['progress']>;

/**
 * Where a request's progress goes; undefined unless its params ask for it. An update goes out only while the request
 * runs, and only if it is further than the one before, as the spec demands.
 */
export function progressSender(
  params: unknown,
  notify: (json: string) => void,
  isRunning: () => boolean,
): ProgressSender | undefined {
  const meta = isRecord(params) ? params['_meta'] : undefined;
  const progressToken = isRecord(meta) ? meta['progressToken'] : undefined;
  if (!isRpcId(progressToken)) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  return ({ progress, total, message }) => {
    if (progress <= last || !isRunning()) return;
    last = progress;
    const update = { progressToken, progress, total, message };
    notify(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: update }));
  };
}
