/** An MCP server on Streamable HTTP in a process of its own. Started with its options as one JSON argument. */
import { HttpUpstream, type SeenRequest, type Treatment } from './http-upstream.ts';
import { httpUpstreamSchema, type UpstreamOrder, upstreamOrderSchema } from './options.ts';

const { ledger, port } = httpUpstreamSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const upstream = new HttpUpstream({ ledger });
let calls = 0;

function treat({ method }: SeenRequest, order: UpstreamOrder): Treatment | undefined {
  switch (order.kind) {
    case 'refuses': {
      const { status, retryAfter } = order;
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return { kind: 'answer', status, text: 'not now', headers: { 'content-type': 'text/plain', ...headers } };
    }
    case 'cuts':
      if (method !== 'tools/call') return undefined;
      calls += 1;
      return calls % 2 === 1 ? { kind: 'cut' } : undefined;
    case 'clear':
    case 'forgets':
      return undefined;
  }
}

process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  const order = upstreamOrderSchema.parse(message);
  if (order.kind === 'forgets') upstream.forgetSessions();
  else upstream.gate = (request) => treat(request, order);
});
await upstream.start(port);
process.send?.({ port: upstream.port });
