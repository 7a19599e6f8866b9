import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Agent, Client } from './agent.ts';
import { clientEnvironment } from './client-process.ts';
import { required } from './required.ts';

/** As long as a call may take altogether. */
const timeoutMs = 60_000;

/** Stands between an agent that knows stdio only and a server: the agent is the SDK's client. */
export const mcpRemote: Client = {
  name: 'mcp-remote',
  package: 'mcp-remote',
  ways: ['HTTP'],
  life: 'all steps',

  async open(place): Promise<Agent> {
    const { url, token } = place.endpoint;
    const program = required(place, 'mcp-remote', 'dist/proxy.js');
    const env = Object.entries(clientEnvironment(place));
    const transport = new StdioClientTransport({
      command: place.installation.node,
      args: [program, url, '--transport', 'http-only', '--header', `Authorization: Bearer ${token}`],
      env: Object.fromEntries(env.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      cwd: place.folder,
      stderr: 'pipe',
    });
    transport.stderr?.on('data', (chunk: Buffer) => place.note(chunk.toString('utf8')));
    const client = new McpClient({ name: 'agent-behind-mcp-remote', version: '1.0.0' });
    await client.connect(transport, { timeout: timeoutMs });
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: (input) =>
        client.callTool({ name: 'edit_buffer', arguments: { ...input } }, undefined, { timeout: timeoutMs }).then(
          (result) => JSON.stringify(result),
          (error: unknown) => String(error),
        ),
      close: () => client.close(),
    };
  },
};
