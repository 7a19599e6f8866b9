import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { RpcError, type RpcId, rpcCodes } from '../json-rpc.ts';

/**
 * Joins the SDK's low-level server to our HTTP transport: a request goes in and its serialised response comes back;
 * what the server itself wants to say goes out with the id of the client's request that it belongs to, if any.
 */
export class SdkChannel implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #push: (json: string, requestId: RpcId | undefined) => void;
  readonly #waiting = new Map<RpcId, (json: string) => void>();

  constructor(push: (json: string, requestId: RpcId | undefined) => void) {
    this.#push = push;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      const { id } = message;
      if (id === undefined) return Promise.resolve();
      const answer = this.#waiting.get(id);
      this.#waiting.delete(id);
      answer?.(JSON.stringify(message));
    } else {
      this.#push(JSON.stringify(message), options?.relatedRequestId);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#waiting.clear();
    this.onclose?.();
    return Promise.resolve();
  }

  /** Hands a request to the SDK's server; resolves with the serialised response. @throws RpcError as `notify`. */
  request(id: RpcId, body: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      try {
        this.notify(body);
      } catch (error) {
        this.#waiting.delete(id);
        reject(error);
      }
    });
  }

  /** Hands over a notification or a response. @throws RpcError when it is no message of MCP. */
  notify(body: unknown): void {
    const message = JSONRPCMessageSchema.safeParse(body);
    if (!message.success) throw new RpcError(rpcCodes.invalidRequest, 'Invalid Request: not a JSON-RPC message of MCP');
    try {
      this.onmessage?.(message.data);
    } catch (error) {
      // The SDK prints what it has no use for, and its stack is too small for the deepest nesting that JSON allows.
      if (!(error instanceof RangeError)) throw error;
      throw new RpcError(rpcCodes.invalidRequest, 'Invalid Request: the message is nested too deeply');
    }
  }
}
