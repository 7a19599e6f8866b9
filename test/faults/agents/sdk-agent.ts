import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../shared/errors.ts';
import { connectMcpClient, type McpClient } from '../../support/mcp-client.ts';
import type { BridgeHost } from '../scene/bridge-host.ts';
import type { Operation } from '../soak/operation.ts';
import { readResult } from './answer.ts';
import type { ToolRequest } from './conversation.ts';

export interface SdkAgentDeps {
  readonly bridge: BridgeHost;
  readonly patienceMs: number;
  readonly now: () => number;
}

/**
 * The SDK's own client, as most agents use it: it names no call, so it repeats only what reads. A client that fails is
 * replaced by a new one.
 */
export class SdkAgent {
  readonly #deps: SdkAgentDeps;
  #client: Promise<McpClient> | undefined;

  constructor(deps: SdkAgentDeps) {
    this.#deps = deps;
  }

  async run(operation: Operation, { name, arguments: input }: Pick<ToolRequest, 'name' | 'arguments'>): Promise<void> {
    const { now, patienceMs } = this.#deps;
    const untilMs = now() + patienceMs;
    while (now() < untilMs) {
      const connecting = (this.#client ??= this.#connect());
      let connected: McpClient;
      try {
        connected = await connecting;
      } catch (error) {
        operation.note(`no session: ${messageOf(error)}`);
        this.#renew(connecting);
        await delay(200);
        continue;
      }
      try {
        const result = await connected.client.callTool({ name, arguments: { ...input } }, undefined, {
          timeout: 60_000,
        });
        const answer = readResult(result);
        operation.note(JSON.stringify(answer ?? result));
        if (answer?.kind === 'ok') return operation.end({ kind: 'ok' });
        if (answer?.kind !== 'error') return operation.offend('protocol', JSON.stringify(result));
        const isFinal = operation.changes ? answer.executed !== 'no' || !answer.retryable : !answer.retryable;
        if (isFinal) return operation.end({ kind: 'error', code: answer.code, executed: answer.executed });
        await delay(200);
      } catch (error) {
        operation.note(messageOf(error));
        this.#renew(connecting);
        if (operation.changes) return operation.end({ kind: 'left', why: messageOf(error) });
        await delay(100);
      }
    }
  }

  async dispose(): Promise<void> {
    const connected = await this.#client?.catch(() => undefined);
    await connected?.client.close();
  }

  async #connect(): Promise<McpClient> {
    const { port, token } = this.#deps.bridge;
    if (port === undefined || token === undefined) throw new Error('no bridge is recorded');
    return connectMcpClient({ url: `http://127.0.0.1:${port}/mcp`, token });
  }

  #renew(failed: Promise<McpClient>): void {
    if (this.#client !== failed) return;
    this.#client = undefined;
    failed.then(
      ({ client }) => client.close().catch(() => undefined),
      () => undefined,
    );
  }
}
