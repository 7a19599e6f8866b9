import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { windowField } from './common.ts';

const windowOutput = z.object({
  id: z.string().describe('Pass it as `window` to other tools.'),
  name: z.string(),
  folders: z.array(z.string()).describe('Absolute paths of the open folders.'),
  remote: z.string().nullable().describe('Kind of remote (ssh-remote, wsl …), or null.'),
  app: z.string(),
  trusted: z.boolean(),
  focused: z.boolean(),
  readiness: z.enum(['ready', 'reconnecting']).describe('reconnecting: calls wait for the window to return.'),
  active_file: z.string().nullable(),
  dirty_count: z.number().int().describe('Files with unsaved changes.'),
});

export const windowsTools = {
  list_windows: defineTool({
    title: 'List windows',
    description: 'List the connected VS Code windows: id, folders, focus, trust, unsaved files.',
    toolset: 'core',
    runsIn: 'bridge',
    effect: 'read',
    idempotent: true,
    timeoutMs: 5_000,
    input: z.object({ window: windowField }),
    output: z.object({ windows: z.array(windowOutput) }),
    render: ({ windows }) =>
      windows.length === 0
        ? 'No VS Code window is connected. Open a folder in VS Code with the Holdfast extension installed.'
        : windows
            .map((w) => {
              const marks = [
                w.focused ? 'focused' : '',
                w.trusted ? '' : 'untrusted',
                w.readiness === 'ready' ? '' : w.readiness,
                w.dirty_count > 0 ? `${w.dirty_count} unsaved` : '',
              ]
                .filter(Boolean)
                .join(', ');
              return `${w.id}  ${w.name}${marks === '' ? '' : ` (${marks})`}\n  ${w.folders.join('\n  ') || 'no folder'}`;
            })
            .join('\n'),
  }),
};
