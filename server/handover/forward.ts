import { type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Belong to one connection and not to the message (RFC 9110, 7.6.1); `Expect` was answered here. */
const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'expect']);

/**
 * Passes a request on to the bridge that has the port now, and its answer back. For clients that still hold a connection
 * to the bridge that was replaced: the answer tells them to leave it, and their next one reaches the new bridge.
 */
export function forward(port: number, req: IncomingMessage, res: ServerResponse): void {
  const onward = request({ host: '127.0.0.1', port, method: req.method, path: req.url, agent: false, setHost: false });
  for (const [name, value] of pairs(req.rawHeaders)) {
    if (!ofConnection.has(name.toLowerCase())) onward.appendHeader(name, value);
  }
  onward.once('response', (answer) => {
    for (const [name, value] of pairs(answer.rawHeaders)) {
      if (!ofConnection.has(name.toLowerCase())) res.appendHeader(name, value);
    }
    res.writeHead(answer.statusCode ?? 502, { connection: 'close' });
    // A stream may have nothing to say for long.
    res.flushHeaders();
    answer.pipe(res);
    answer.once('error', () => res.destroy());
  });
  onward.once('error', () => {
    if (res.headersSent) res.destroy();
    else answerGone(res);
  });
  req.pipe(onward);
  req.once('error', () => onward.destroy());
  res.once('close', () => onward.destroy());
}

/** The new bridge left as soon as it came. Whether it got the request, nobody knows. */
function answerGone(res: ServerResponse): void {
  const message = 'The bridge was replaced, and the new one does not answer; try again';
  const error = { code: -32_000, message, data: { executed: 'unknown' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error });
  res.writeHead(503, { connection: 'close', 'content-type': 'application/json', 'retry-after': '1' });
  res.end(body);
}

function* pairs(raw: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}
