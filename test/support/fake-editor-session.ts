import type { EditorCall, EditorSession } from '../../server/editors/editor-call.ts';
import type { WindowInfo } from '../../shared/protocol.ts';
import { sampleWindow } from './sample-window.ts';

export interface FakeEditorSessionOptions {
  readonly id?: string;
  readonly folders?: readonly string[];
  readonly tools?: readonly string[];
  readonly readiness?: EditorSession['readiness'];
  readonly present?: boolean;
  readonly call?: (call: EditorCall) => Promise<string>;
}

/** A window as the dispatcher sees it, without a link; answers each call with its tool's name and input. */
export function fakeEditorSession({
  id = 'window-1',
  folders = [],
  tools = [],
  readiness = 'ready',
  present = true,
  call = ({ tool, input }) =>
    Promise.resolve(JSON.stringify({ content: [{ type: 'text', text: `${tool} ${JSON.stringify(input)}` }] })),
}: FakeEditorSessionOptions = {}): EditorSession {
  const held = new Set<string>();
  return {
    id,
    epoch: 'epoch-1',
    window: windowInfo(folders),
    readiness,
    tools: new Set(tools),
    isPresent: () => Promise.resolve(present),
    call: (made) => {
      held.add(made.id);
      return call(made);
    },
    holds: (callId) => held.has(callId),
    forget: (ids) => {
      for (const callId of ids) held.delete(callId);
    },
  };
}

function windowInfo(folders: readonly string[]): WindowInfo {
  return {
    ...sampleWindow,
    name: folders[0]?.split(/[\\/]/).at(-1) ?? 'no folder',
    folders: folders.map((path) => ({ name: path, path, uri: `file://${path}` })),
  };
}
