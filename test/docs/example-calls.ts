/** One call of each editor tool, for the reference. Paths are those of the sample workspace. */
export interface ExampleCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the calls find beside the sample: below `src/examples`. */
export const exampleFile = {
  name: 'visit.ts',
  text: "import { greeting } from '../greeting';\n\nexport function visit(name: string): string {\n  return greeting({ name, visits: '1' });\n}\n",
};

export const exampleCalls: readonly ExampleCall[] = [
  { tool: 'get_editor_context', input: { include: ['active', 'selection', 'dirty'] } },
  { tool: 'read_buffer', input: { path: 'src/greeting.ts', range: { start_line: 3 } } },
  { tool: 'get_diagnostics', input: { paths: ['src/examples/visit.ts'] } },
  { tool: 'outline', input: { path: 'src/people.ts' } },
  { tool: 'find_symbol', input: { query: 'greet', path: 'src/greeting.ts', include_body: true } },
  { tool: 'inspect_symbol', input: { path: 'src/examples/visit.ts', symbol: 'greeting', near: 'return' } },
  { tool: 'find_related', input: { path: 'src/people.ts', symbol: 'Person' } },
  { tool: 'rename_symbol', input: { path: 'src/people.ts', symbol: 'Person/visits', new_name: 'calls' } },
  {
    tool: 'code_action',
    // Which others there are depends on the version of VS Code.
    input: { path: 'src/greeting.ts', line: 4, column: 10, end_line: 4, end_column: 27, kind: 'refactor.extract' },
  },
  {
    tool: 'edit_buffer',
    input: { edits: [{ path: 'src/examples/visit.ts', old: "visits: '1'", new: 'visits: 1' }], save: true },
  },
  { tool: 'review_diff', input: { files: [{ path: 'src/examples/notes.md', new_text: '# Notes\n' }] } },
  { tool: 'open_file', input: { path: 'src/examples/visit.ts', range: { start_line: 3 } } },
];
