// The handler of `@modelcontextprotocol/server` as its documentation wires it: older clients get no session.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { echo, echoTool } from './tool.ts';

const handle = toNodeHandler(
  createMcpHandler(() => {
    const server = new Server({ name: 'v2', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools: [echoTool] }));
    server.setRequestHandler('tools/call', ({ params }) => echo(params.arguments));
    return server;
  }),
);
// Its declarations do not allow for exactOptionalPropertyTypes.
createServer((req, res) => void Reflect.apply(handle, undefined, [req, res])).listen(
  Number(process.argv[2]),
  '127.0.0.1',
);
