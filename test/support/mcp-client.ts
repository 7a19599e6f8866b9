import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';

export interface McpClientOptions {
  readonly url: string;
  readonly token: string;
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly capabilities?: ClientCapabilities;
  /** Prepares the client before it connects. */
  readonly setUp?: (client: Client) => void;
}

export interface McpClient {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** What the SDK reported as going wrong beside its answers. */
  readonly errors: readonly Error[];
  close(): Promise<void>;
}

/** The SDK's own client over its own transport, connected. */
export async function connectMcpClient({
  url,
  token,
  name = 'sdk',
  headers,
  capabilities = {},
  setUp,
}: McpClientOptions): Promise<McpClient> {
  const errors: Error[] = [];
  const client = new Client({ name, version: '1.0.0' }, { capabilities });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } },
  });
  client.onerror = (error) => errors.push(error);
  setUp?.(client);
  await client.connect(transport);
  return {
    client,
    transport,
    errors,
    async close() {
      await transport.terminateSession().catch(() => undefined);
      await client.close();
    },
  };
}
