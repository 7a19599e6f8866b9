import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export interface ModernClientOptions {
  readonly url: string;
  readonly token: string;
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ModernClient {
  readonly client: Client;
  /** What the SDK reported as going wrong beside its answers. */
  readonly errors: readonly Error[];
  close(): Promise<void>;
}

/** The newer SDK's own client over its own transport, connected in the era that it finds the server to speak. */
export async function connectModernClient({
  url,
  token,
  name = 'sdk-v2',
  headers,
}: ModernClientOptions): Promise<ModernClient> {
  const errors: Error[] = [];
  const client = new Client({ name, version: '2.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } },
  });
  client.onerror = (error) => errors.push(error);
  await client.connect(transport);
  return { client, errors, close: () => client.close() };
}
