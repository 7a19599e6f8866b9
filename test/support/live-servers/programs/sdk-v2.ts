// Streamable HTTP with sessions by `@modelcontextprotocol/server` and `@modelcontextprotocol/node`.
import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { Server } from '@modelcontextprotocol/server';
import { serve } from './serve.ts';
import { echo, echoTool } from './tool.ts';

await serve(async (opened) => {
  const server = new Server({ name: 'v2', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: [echoTool] }));
  server.setRequestHandler('tools/call', ({ params }) => echo(params.arguments));
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: opened,
  });
  await server.connect(transport);
  return transport;
});
