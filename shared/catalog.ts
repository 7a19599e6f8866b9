/** Every tool that exists, by name. Listings, schemas, routing and docs derive from this and nothing else. */
import type { z } from 'zod';
import type { ToolDefinition } from './define-tool.ts';
import { bufferTools } from './tools/buffers.ts';
import { contextTools } from './tools/context.ts';
import { diagnosticsTools } from './tools/diagnostics.ts';
import { filesTools } from './tools/files.ts';
import { refactorTools } from './tools/refactor.ts';
import { relationTools } from './tools/relations.ts';
import { reviewTools } from './tools/reviews.ts';
import { symbolTools } from './tools/symbols.ts';
import { windowsTools } from './tools/windows.ts';

/** Tools whose handlers live in the extension. */
export const editorTools = {
  ...contextTools,
  ...bufferTools,
  ...diagnosticsTools,
  ...symbolTools,
  ...relationTools,
  ...refactorTools,
  ...filesTools,
  ...reviewTools,
} as const;

/** Tools that the bridge answers itself. */
export const bridgeTools = { ...windowsTools } as const;

const all = { ...bridgeTools, ...editorTools };

export const catalog: Readonly<Record<string, ToolDefinition>> = all;

/** The handlers that a group of definitions needs: one each, with the right input and output. */
export type Handlers<Definitions, Context> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends ToolDefinition<infer I, infer O>
    ? (input: z.output<I>, context: Context) => Promise<z.output<O>>
    : never;
};
