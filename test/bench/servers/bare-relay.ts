/** What is not ours: `node:http` to a WebSocket and back, with its one window, and nothing of ours. */
import { createServer, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { messageText } from '../../../server/editors/message-text.ts';
import { listen } from '../peer-side.ts';

interface Waiting {
  readonly res: ServerResponse;
  readonly id: unknown;
}

const waiting = new Map<string, Waiting>();
let calls = 0;

const server = createServer({ noDelay: true, keepAlive: true }, (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString());
    const callId = `call-${++calls}`;
    waiting.set(callId, { res, id });
    for (const window of windows.clients)
      window.send(JSON.stringify({ type: 'call', id: callId, tool: params.name, input: params.arguments }));
  });
});
const windows = new WebSocketServer({ server, perMessageDeflate: false });
windows.on('connection', (socket) => {
  socket.on('message', (data, binary) => {
    const text = messageText(data, binary) ?? '';
    const border = text.indexOf('\n');
    const { id } = JSON.parse(text.slice(0, border));
    const call = waiting.get(id);
    waiting.delete(id);
    if (call === undefined) return;
    const answer = `{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},"result":${text.slice(border + 1)}}`;
    call.res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    call.res.end(answer);
  });
});
listen(server);
