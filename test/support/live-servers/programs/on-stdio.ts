// A server on stdin and stdout, for the gateways that put HTTP in front of one.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { echo, echoTool } from './tool.ts';

const server = new Server({ name: 'stdio', version: '1' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [echoTool] }));
server.setRequestHandler(CallToolRequestSchema, ({ params }) => echo(params.arguments));
await server.connect(new StdioServerTransport());
