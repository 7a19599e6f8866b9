/** Bridges that are broken on purpose, which the oracle must notice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface SourceEdit {
  /** From the repository's root. */
  readonly source: string;
  readonly from: string;
  readonly to: string;
}

/** With one place of its sources changed. */
export async function bridgeWithEdit(folder: string, name: string, { source, from, to }: SourceEdit): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  const text = readFileSync(join(root, source), 'utf8');
  if (!text.includes(from)) throw new Error(`${source} has no ${JSON.stringify(from)}`);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    entryPoints: [join(root, 'server/holdfast.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    define: { HOLDFAST_VERSION: JSON.stringify(version) },
    external: ['bufferutil', 'utf-8-validate'],
    plugins: [
      {
        name: 'edit',
        setup(building) {
          building.onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === join(root, source) ? { contents: text.replace(from, to), loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  return outfile;
}
