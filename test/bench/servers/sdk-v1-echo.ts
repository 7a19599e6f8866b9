/** The stock transport of `@modelcontextprotocol/sdk` with one session, as its examples wire it. */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import { listen } from '../peer-side.ts';

const mcp = new McpServer({ name: 'echo', version: '1.0.0' });
mcp.registerTool('read_buffer', { description: 'Echo.', inputSchema: { path: z.string() } }, ({ path }) => ({
  content: [{ type: 'text', text: path }],
}));
// Answers as JSON: its default, an event stream per answer, is slower still.
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, enableJsonResponse: true });
// The declaration of its `sessionId` does not allow for exactOptionalPropertyTypes.
const connect: unknown = Reflect.get(mcp, 'connect');
if (typeof connect === 'function') await Reflect.apply(connect, mcp, [transport]);
listen(createServer({ noDelay: true, keepAlive: true }, (req, res) => void transport.handleRequest(req, res)));
