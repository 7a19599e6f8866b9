import type { z } from 'zod';
import { successResult } from '../../shared/call-result.ts';
import { bridgeTools, type Handlers } from '../../shared/catalog.ts';
import type { ToolDefinition } from '../../shared/define-tool.ts';
import { parseInput } from '../../shared/parse-input.ts';
import type { WindowInfo } from '../../shared/protocol.ts';
import { windowById } from './routing.ts';

/** What the bridge's own tools need to know of a window. */
export interface ListedWindow {
  readonly id: string;
  readonly window: WindowInfo;
  readonly readiness: 'ready' | 'reconnecting';
}

/** A tool that needs no window: from the agent's arguments to the serialised result. @throws HoldfastError */
export type BridgeTool = (raw: unknown) => Promise<string>;

export function createBridgeTools(windows: { list(): readonly ListedWindow[] }): ReadonlyMap<string, BridgeTool> {
  const handlers: Handlers<typeof bridgeTools, void> = {
    async list_windows({ window }) {
      const all = windows.list();
      const wanted = window === undefined ? all : [windowById(all, window)];
      return { windows: wanted.map(describeWindow) };
    },
  };
  return new Map([['list_windows', bridgeTool('list_windows', bridgeTools.list_windows, handlers.list_windows)]]);
}

function bridgeTool<I extends z.ZodObject, O extends z.ZodObject>(
  name: string,
  definition: ToolDefinition<I, O>,
  handler: (input: z.output<I>) => Promise<z.output<O>>,
): BridgeTool {
  return async (raw) => successResult(definition, await handler(parseInput(name, definition, raw)));
}

type WindowOutput = z.output<(typeof bridgeTools)['list_windows']['output']>['windows'][number];

function describeWindow({ id, window, readiness }: ListedWindow): WindowOutput {
  return {
    id,
    name: window.name,
    folders: window.folders.map(({ path }) => path),
    remote: window.remote,
    app: window.app,
    trusted: window.trusted,
    focused: window.focused,
    readiness,
    active_file: window.activeFile,
    dirty_count: window.dirtyCount,
  };
}
