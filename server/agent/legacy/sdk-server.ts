import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import type { AgentContent } from '../content.ts';
import { serverInfo } from '../server-info.ts';

export type SdkServer = Server;
/** Makes the SDK's server of one session and joins it to its channel. */
export type ConnectSdkServer = (channel: Transport) => Promise<SdkServer>;

/**
 * The low-level server answers `initialize`, `ping` and whatever else of the protocol is the same for every server. The
 * validator is the expensive part of it, so all sessions share one.
 */
export function createSdkServers({
  version,
  content: { capabilities, instructions },
}: {
  readonly version: string;
  readonly content: Pick<AgentContent, 'capabilities' | 'instructions'>;
}): ConnectSdkServer {
  const jsonSchemaValidator = new AjvJsonSchemaValidator();
  return async (channel) => {
    const server = new Server(serverInfo(version), {
      capabilities: { ...capabilities },
      instructions,
      jsonSchemaValidator,
    });
    await server.connect(channel);
    return server;
  };
}
