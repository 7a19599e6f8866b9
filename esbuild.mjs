// Builds what the VSIX ships: the extension (CommonJS, `vscode` external) and the bridge (one file).
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  keepNames: false,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  define: { HOLDFAST_VERSION: JSON.stringify(version) },
  // Optional native accelerators of ws: never shipped, ws falls back to JavaScript.
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
};

await Promise.all([
  build({ ...common, entryPoints: ['extension/main.ts'], outfile: 'dist/extension.cjs' }),
  build({ ...common, entryPoints: ['server/main.ts'], outfile: 'dist/holdfast.cjs', banner: { js: '#!/usr/bin/env node' } }),
]);
