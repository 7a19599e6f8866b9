/** The window of the bare relay: answers each call at once. */
import { WebSocket } from 'ws';
import { z } from 'zod';
import { messageText } from '../../../server/editors/message-text.ts';
import { startOptions, tell } from '../peer-side.ts';

const { port } = startOptions(z.object({ port: z.number() }));
const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
socket.on('open', () => tell({ linked: true }));
socket.on('close', () => process.exit());
socket.on('message', (data, binary) => {
  const { id, input } = JSON.parse(messageText(data, binary) ?? 'null');
  const content = JSON.stringify({ content: [{ type: 'text', text: input.path }] });
  socket.send(`${JSON.stringify({ type: 'result', id, ok: true })}\n${content}`);
});
