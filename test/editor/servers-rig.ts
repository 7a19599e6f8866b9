/** The bridge of the window under test, as an agent sees it, and an MCP server to put behind it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { environment, parseBridgeFile, stateFiles } from '../../shared/state-files.ts';
import { until } from '../host/deadline.ts';
import { connectMcpClient, type McpClient } from '../support/mcp-client.ts';
import { UpstreamServer } from '../support/upstream-server.ts';

const patienceMs = 60_000;

export class ServersRig {
  readonly #agent: McpClient;
  readonly #server: UpstreamServer;

  private constructor(agent: McpClient, server: UpstreamServer) {
    this.#agent = agent;
    this.#server = server;
  }

  static async open(): Promise<ServersRig> {
    const server = new UpstreamServer();
    await server.start();
    const agent = await until('a bridge', patienceMs, async () => {
      try {
        return await connectMcpClient(endpoint());
      } catch {
        // The extension has not started it yet.
        return undefined;
      }
    });
    return new ServersRig(agent, server);
  }

  get url(): string {
    return this.#server.url;
  }

  /** Resolves when agents find the tools of these servers and of no others; names in their order. */
  async lists(...wanted: string[]): Promise<void> {
    const listed = async () => {
      const { tools } = await this.#agent.client.listTools();
      const names = tools.flatMap(({ name }) => (name.includes('__') ? [name.split('__')[0] ?? ''] : []));
      return [...new Set(names)].toSorted().join();
    };
    await until(`the servers ${wanted.join()}`, patienceMs, async () => (await listed()) === wanted.join(), listed);
  }

  set(target: vscode.ConfigurationTarget, servers: Readonly<Record<string, object>> | undefined): Thenable<void> {
    return vscode.workspace.getConfiguration('holdfast').update('upstreams', servers, target);
  }

  async dispose(): Promise<void> {
    await this.set(vscode.ConfigurationTarget.Global, undefined);
    await this.#agent.close();
    await this.#server.stop();
  }
}

/** Throws while no bridge runs. */
function endpoint(): { readonly url: string; readonly token: string } {
  const read = (file: string) => readFileSync(path.join(process.env[environment.stateDir] ?? '', file), 'utf8');
  const port = parseBridgeFile(read(stateFiles.bridge))?.port ?? 0;
  return { url: `http://127.0.0.1:${port}/mcp`, token: read(stateFiles.token).trim() };
}
