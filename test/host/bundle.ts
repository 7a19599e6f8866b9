/** Bundles one set of editor tests for the extension host: one file, so that the tests share their modules. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { outDir, repoRoot } from './paths.ts';

/**
 * The tests that need a window of their own kind live in a folder of `test/editor` by that name; everything else runs in
 * a trusted window with the sample workspace.
 */
export const editorSets = ['trusted', 'untrusted', 'no-folder'] as const;
export type EditorSet = (typeof editorSets)[number];

const mochaFile = 'mocha/lib/mocha.cjs';
const editorDir = path.join(repoRoot, 'test/editor');

/** The test files of a set, relative to `test/editor`, sorted. */
export function testFilesOf(set: EditorSet): readonly string[] {
  return readdirSync(editorDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => setOf(file) === set)
    .sort();
}

function setOf(file: string): EditorSet {
  const [folder = ''] = file.split(path.sep);
  return editorSets.find((set) => set === folder) ?? 'trusted';
}

/** Returns the bundle's path, for `extensionTestsPath`. */
export async function bundleEditorTests(set: EditorSet): Promise<string> {
  const files = testFilesOf(set);
  if (files.length === 0) throw new Error(`no test files for the editor set "${set}"`);
  const outfile = path.join(outDir, `editor/${set}.cjs`);
  const requires = files.map((file) => `require(${JSON.stringify(path.join(editorDir, file))});`);
  await build({
    stdin: {
      contents: `import { runInEditor } from './in-editor.ts';\nexport const run = () => runInEditor(() => {\n${requires.join('\n')}\n});`,
      resolveDir: path.join(repoRoot, 'test/host'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    // Its CommonJS file, because what `require` gives for mocha's ES module differs between Node 22 and 24.
    alias: { mocha: mochaFile },
    external: ['vscode', mochaFile],
  });
  return outfile;
}
