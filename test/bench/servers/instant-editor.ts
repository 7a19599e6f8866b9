/** A window that answers each call at once: the real handshake, and then only what the wire demands. */
import { z } from 'zod';
import { createHello } from '../../../extension/link/hello.ts';
import { openLinkSocket } from '../../../extension/link/socket.ts';
import { editorTools } from '../../../shared/catalog.ts';
import { encode } from '../../../shared/protocol.ts';
import { startOptions, tell } from '../peer-side.ts';
import { benchWindow } from '../window-info.ts';

const { port, secret } = startOptions(z.object({ port: z.number(), secret: z.string() }));
const bridge = { kind: 'proven', port, secret, instance: '', version: '' } as const;
const socket = await openLinkSocket(bridge, new AbortController().signal);
socket.listen({
  traffic: () => {},
  presenceAsked: (answer) => answer(),
  closed: (code, reason) => process.exit(code === 1006 ? 0 : Number(reason.length > 0)),
  message(text) {
    const { type, id, input } = JSON.parse(text);
    if (type === 'welcome') tell({ linked: true });
    if (type !== 'call') return;
    const content = JSON.stringify({ content: [{ type: 'text', text: input.path }] });
    socket.send(encode({ type: 'result', id, ok: true, content }));
  },
});
const hello = createHello(
  {
    identity: { editorId: 'bench-window', epoch: 'bench-epoch', renew: () => {} },
    extensionVersion: '0.0.0-bench',
    describeWindow: () => benchWindow,
    toolNames: Object.keys(editorTools),
    journal: () => ({ ids: [], gapMs: 0 }),
  },
  socket.editorProof,
);
socket.send(encode(hello));
