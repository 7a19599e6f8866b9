/** A scripted MCP agent: the SDK's own client with the token of a state directory, as any agent on this machine. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import { readSecret } from '../../server/state-dir.ts';
import { windowsTools } from '../../shared/tools/windows.ts';
import { bridgeOf } from './bridge.ts';

export interface Endpoint {
  readonly url: string;
  readonly token: string;
  readonly stateDir: string;
}

/** Where agents reach the bridge of a state directory; undefined while none runs. */
export async function endpointOf(stateDir: string): Promise<Endpoint | undefined> {
  const bridge = await bridgeOf(stateDir);
  const token = bridge === undefined ? undefined : readSecret(stateDir, 'token');
  return bridge === undefined || token === undefined
    ? undefined
    : { url: `http://127.0.0.1:${bridge.port}/mcp`, token, stateDir };
}

/** A window as `list_windows` shows it. */
export type ListedWindow = z.infer<typeof windowsTools.list_windows.output>['windows'][number];

export class Agent {
  readonly #endpoint: Endpoint;
  readonly #name: string;
  #client: Client | undefined;
  #sessions = 0;

  constructor(endpoint: Endpoint, name = 'scripted-agent') {
    this.#endpoint = endpoint;
    this.#name = name;
  }

  /** How many MCP sessions were needed so far: a stale one is replaced by a new one. */
  get sessions(): number {
    return this.#sessions;
  }

  async tools(): Promise<readonly string[]> {
    const { tools } = await this.#inSession((client) => client.listTools());
    return tools.map((tool) => tool.name);
  }

  /** @param signal gives the call up, as an agent does whose person stops it */
  async call(name: string, input: Record<string, unknown> = {}, signal?: AbortSignal): Promise<CallToolResult> {
    const options = signal === undefined ? {} : { signal };
    const result = await this.#inSession((client) => client.callTool({ name, arguments: input }, undefined, options));
    return CallToolResultSchema.parse(result);
  }

  async windows(): Promise<readonly ListedWindow[]> {
    const { structuredContent } = await this.call('list_windows');
    return windowsTools.list_windows.output.parse(structuredContent).windows;
  }

  async close(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }

  /** Ends its session, as a client that is closed for good does. */
  async leave(): Promise<void> {
    const transport = this.#client?.transport;
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    await this.close();
  }

  /** A stale session (404) says that nothing was executed, so one repeat in a new session is safe. */
  async #inSession<T>(work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await work(this.#client ?? (await this.#connect()));
    } catch (error) {
      if (!(error instanceof StreamableHTTPError) || error.code !== 404) throw error;
      await this.close();
      return work(await this.#connect());
    }
  }

  async #connect(): Promise<Client> {
    const { url, token } = this.#endpoint;
    const client = new Client({ name: this.#name, version: '1.0.0' });
    const headers = { authorization: `Bearer ${token}` };
    const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
    await client.connect(transport);
    this.#client = client;
    this.#sessions += 1;
    return client;
  }
}

/** The text that a model reads. */
export function textOf(result: CallToolResult): string {
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** A result that has to be a success. */
export function success(result: CallToolResult): CallToolResult {
  if (result.isError) throw new Error(textOf(result));
  return result;
}

/** Code of a tool's failure; undefined for a success. */
export function errorCodeOf(result: CallToolResult): string | undefined {
  return /^([a-z_]+): /.exec(result.isError ? textOf(result) : '')?.[1];
}
