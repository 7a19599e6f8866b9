// How the programs of this folder are reached: `<program> <port> <router>`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Transport {
  handleRequest(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

/** Opens one more session of the SDK at hand; `opened` hears the id that it gave itself. */
export type OpenTransport = (opened: (id: string) => void) => Promise<Transport>;

/**
 * What stands in front of the transports, which is what decides about an unknown id: one transport for everybody; a map
 * whose owner refuses what is not in it, as the SDK's examples do; a map whose owner makes a new transport then.
 */
const routers = {
  single: async (open: OpenTransport) => {
    const only = await open(() => {});
    return () => Promise.resolve(only);
  },
  refusing: async (open: OpenTransport) => mapped(open, () => undefined),
  opening: async (open: OpenTransport) => mapped(open, () => open(() => {})),
};

export async function serve(open: OpenTransport): Promise<void> {
  const [port, name] = process.argv.slice(2);
  const router = Object.entries(routers).find(([known]) => known === name)?.[1];
  if (router === undefined) throw new TypeError(`no such router: ${name}`);
  const transportOf = await router(open);
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const transport = await transportOf(req.headers['mcp-session-id']);
    if (transport !== undefined) return transport.handleRequest(req, res);
    res.writeHead(404, { 'content-type': 'application/json' });
    res.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
  };
  createServer((req, res) => void answer(req, res)).listen(Number(port), '127.0.0.1');
}

function mapped(open: OpenTransport, unknown: () => Promise<Transport> | undefined) {
  const sessions = new Map<unknown, Transport>();
  return async (id: unknown): Promise<Transport | undefined> => {
    if (id !== undefined) return sessions.get(id) ?? unknown();
    // What has ended stays in the map, as in servers that forget to look after it.
    const transport: Transport = await open((given) => void sessions.set(given, transport));
    return transport;
  };
}
