/** The stock handler of `@modelcontextprotocol/server`, as its documentation wires it to `node:http`. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { listen } from '../peer-side.ts';

const handler = createMcpHandler(() => {
  const mcp = new McpServer({ name: 'echo', version: '1.0.0' });
  mcp.registerTool(
    'read_buffer',
    { description: 'Echo.', inputSchema: z.object({ path: z.string() }) },
    ({ path }) => ({
      content: [{ type: 'text', text: path }],
    }),
  );
  return mcp;
});
const handle = toNodeHandler(handler);
// Its declarations do not allow for exactOptionalPropertyTypes.
listen(
  createServer({ noDelay: true, keepAlive: true }, (req, res) => void Reflect.apply(handle, undefined, [req, res])),
);
