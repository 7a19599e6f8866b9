import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { messageText } from '../../../server/editors/message-text.ts';
import { listen } from '../peer-side.ts';

const server = createServer();
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data, binary) => {
    const { id, params } = JSON.parse(messageText(data, binary) ?? 'null');
    socket.send(
      JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.arguments.path }] } }),
    );
  });
});
listen(server);
