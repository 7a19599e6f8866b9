import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/** What a call of `read` or `write` is to do; a call without a name is somebody looking whether the server answers. */
const workSchema = z.object({
  op: z.string().default('look'),
  workMs: z.number().default(0),
  answerChars: z.number().default(0),
  /** Comes back as the text of the answer. */
  text: z.string().optional(),
});

export interface WorkServerOptions {
  /** Where each effect is written; it survives the kill of the process. */
  readonly ledger: string;
  readonly begun?: (op: string) => void;
  /** After the effect, and before the answer goes out. */
  readonly beforeAnswer?: (request: RequestId) => void;
}

/** A server of the SDK's own with a tool of each effect, which wait, and write down their effects as windows do. */
export function createWorkServer({ ledger, begun, beforeAnswer }: WorkServerOptions): Server {
  const server = new Server({ name: 'work', version: '1' }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: ['read', 'write'].map((name) => ({
      name,
      description: 'Works for a while.',
      inputSchema: { type: 'object' },
      annotations: { readOnlyHint: name === 'read' },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, requestId }) => {
    const { op, workMs, answerChars, text } = workSchema.parse(params.arguments ?? {});
    begun?.(op);
    await delay(workMs / 2);
    // Stopped before its effect it has none.
    signal.throwIfAborted();
    if (params.name === 'write') note(ledger, `${op} ${process.pid}\n`);
    await delay(workMs / 2);
    beforeAnswer?.(requestId);
    return {
      content: [{ type: 'text', text: text ?? `Done: ${op}.` }],
      structuredContent: { op, padding: '.'.repeat(answerChars) },
    };
  });
  return server;
}

function note(ledger: string, line: string): void {
  const file = openSync(ledger, 'a', 0o600);
  writeSync(file, line);
  fsyncSync(file);
  closeSync(file);
}
