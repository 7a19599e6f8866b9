import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Bundles the window's program: from its sources it would take a second to start, and windows restart often here. */
export function buildWindowProgram(folder: string): string {
  const outfile = join(folder, 'window.mjs');
  const entry = fileURLToPath(new URL('../window/window.ts', import.meta.url));
  buildSync({
    entryPoints: [entry],
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
