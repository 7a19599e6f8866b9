// Builds what the VSIX ships: the extension (CommonJS, `vscode` external), the bridge (one file) and the uninstall hook.
// `--analyze` prints what the bundles are made of; `--bridge` builds only the bridge.
import { readFileSync } from 'node:fs';
import { analyzeMetafile, build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// zod's namespace carries its messages in some fifty languages, a quarter of a megabyte per bundle; English is built in.
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

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
  metafile: true,
  define: { HOLDFAST_VERSION: JSON.stringify(version) },
  // Optional native accelerators of ws: never shipped, ws falls back to JavaScript.
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
  plugins: [englishOnly],
};

const bridge = {
  entryPoints: ['server/holdfast.ts'],
  outfile: 'dist/holdfast.cjs',
  banner: { js: '#!/usr/bin/env node' },
};
const extension = [
  { entryPoints: ['extension/main.ts'], outfile: 'dist/extension.cjs' },
  { entryPoints: ['extension/uninstall.ts'], outfile: 'dist/uninstall.cjs' },
];
const bundles = process.argv.includes('--bridge') ? [bridge] : [bridge, ...extension];
const results = await Promise.all(bundles.map((bundle) => build({ ...common, ...bundle })));

if (process.argv.includes('--analyze')) {
  for (const { metafile } of results) process.stdout.write(await analyzeMetafile(metafile));
}
