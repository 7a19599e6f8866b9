import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Programs of these tests, by their paths below `test/faults`. */
type Program = 'window/window.ts' | 'upstream/http-program.ts' | 'upstream/child-program.ts';

/** Bundles a program: from its sources it would take a second to start, and programs restart often here. */
export function bundleProgram(program: Program, folder: string): string {
  const outfile = join(folder, basename(program).replace(/\.ts$/, '.mjs'));
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../${program}`, import.meta.url))],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
    logLevel: 'error',
    // `ws` is CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}
