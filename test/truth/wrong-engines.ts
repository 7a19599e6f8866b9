/** Extensions that are wrong on purpose: the bench has to catch each of them. */
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { outDir, repoRoot } from '../host/paths.ts';

interface Mutation {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

export const wrongEngines = {
  'takes a clean buffer for what is on the disk': {
    file: 'extension/tools/support/freshness.ts',
    right: 'const isSame = holds(document, text);',
    wrong: 'const isSame = !document.isDirty || holds(document, text);',
  },
  'does not wait until the language server knows of other files': {
    file: 'extension/tools/support/analyse-targets.ts',
    right: 'const behind = await catchUpWithDisk(deps, deps.endMs);',
    wrong: 'const behind = undefined;',
  },
} as const satisfies Readonly<Record<string, Mutation>>;

/** Builds and packs the extension with one line of it changed. */
export async function wrongVsix(name: keyof typeof wrongEngines): Promise<string> {
  const { file, right, wrong } = wrongEngines[name];
  const mutated = path.join(repoRoot, file);
  const source = readFileSync(mutated, 'utf8');
  if (source.split(right).length !== 2) throw new Error(`${file} has to contain once: ${right}`);
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(path.join(repoRoot, 'package.json'), 'utf8'),
  );
  const dir = path.join(outDir, 'truth', name.replaceAll(' ', '-'));
  mkdirSync(path.join(dir, 'dist'), { recursive: true });
  for (const part of ['README.md', 'CHANGELOG.md', 'LICENSE', 'media', 'package.json', '.vscodeignore', 'dist'])
    cpSync(path.join(repoRoot, part), path.join(dir, part), { recursive: true });
  await build({
    entryPoints: [path.join(repoRoot, 'extension/main.ts')],
    outfile: path.join(dir, 'dist/extension.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    define: { HOLDFAST_VERSION: JSON.stringify(version) },
    external: ['vscode', 'bufferutil', 'utf-8-validate'],
    plugins: [
      {
        name: 'mutation',
        setup(builder) {
          builder.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
            loaded === mutated ? { contents: source.replace(right, wrong), loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  const packagePath = path.join(dir, 'wrong.vsix');
  await createVSIX({
    cwd: dir,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return packagePath;
}
