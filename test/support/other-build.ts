import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string | undefined;
const built = new Map<string, Promise<string>>();
process.once('exit', () => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

export interface OtherBuild {
  /** Source file, from the repository's root. */
  readonly entry: string;
  readonly version: string;
  /** As built before the link's version 2: it knows neither `moved` nor a handover. */
  readonly firstLink?: boolean;
}

const firstLinkEdits: readonly (readonly [from: string, to: string])[] = [
  ['export const linkVersion = 2;', 'export const linkVersion = 1;'],
  ['[welcome, idInUse, moved, call,', '[welcome, idInUse, call,'],
  ['result, event, upstreams, shutdown]', 'result, event, shutdown]'],
  ["  windowUpstreams: 'window-upstreams',", ''],
  ["path: '/handover'", "path: '/was-not-there'"],
];

/** Path of a program of this source tree under another version; built once per test run. */
export function otherBuild({ entry, version, firstLink = false }: OtherBuild): Promise<string> {
  const key = `${entry} ${version} ${firstLink}`;
  const program = built.get(key) ?? run(entry, version, firstLink);
  built.set(key, program);
  return program;
}

async function run(entry: string, version: string, firstLink: boolean): Promise<string> {
  folder ??= mkdtempSync(join(tmpdir(), 'holdfast-builds-'));
  const outfile = join(folder, `${version}-${firstLink}-${entry.replaceAll(/[/.]/g, '-')}`, 'holdfast.cjs');
  const left = new Set(firstLink ? firstLinkEdits : []);
  await build({
    entryPoints: [join(root, entry)],
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
        name: 'first-link',
        setup(building) {
          building.onLoad({ filter: /shared[\\/](protocol|state-files|bridge-features)\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, 'utf8');
            for (const edit of left) {
              if (!contents.includes(edit[0])) continue;
              contents = contents.replace(edit[0], edit[1]);
              left.delete(edit);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  if (entry.startsWith('server/') && left.size > 0) throw new Error(`not found: ${[...left].join()}`);
  return outfile;
}
