/** Named sets of tools that the user can switch on or off. `core` is always on. */
export const toolsets = {
  core: 'Windows, buffers, diagnostics, edits and opening files.',
} as const;

export type ToolsetName = keyof typeof toolsets;
