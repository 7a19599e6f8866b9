/** What the bridge tells an agent about itself at `initialize`, in at most 150 words. */
export const instructions = [
  "Holdfast works on the person's live VS Code: unsaved text, diagnostics, selection and tabs, which the disk does not show.",
  'Lines and columns are 1-based. Paths are workspace-relative or absolute.',
  'Before an edit, read what the editor holds: a buffer can be newer than the file on disk.',
  'edit_buffer changes the buffer only, unless save is true; a test run reads the disk.',
  'get_diagnostics says for each file whether it was analysed: "not analysed" is not "clean".',
  'outline, find_symbol, inspect_symbol and find_related know code better than a text search; rename_symbol and code_action show a change before they make it.',
  'With several windows open, pass `window` with an id from list_windows.',
  'A failed call names its code, the next step, and whether it had an effect (executed). After executed: unknown, read before you repeat.',
].join('\n');
