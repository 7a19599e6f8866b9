// Runs a TypeScript program of this repository on a fresh clone: needs only Node and npm, and installs the locked
// dependencies first when they are missing or out of date. Usage: node test/bootstrap.mjs PROGRAM.ts [ARGUMENTS]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../', import.meta.url);
const oldestNode = 20;

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  console.error(`Holdfast needs Node ${oldestNode} or newer; this is ${process.version}.`);
  process.exit(1);
}

if (!isInstalled()) {
  console.log('Installing dependencies (npm ci)');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`npm ci failed${error === undefined ? '' : `: ${error.message}`}`);
    process.exit(1);
  }
}

const { register } = await import('tsx/esm/api');
register();
const [, program = ''] = process.argv.splice(1, 2);
const file = new URL(program, pathToFileURL(`${process.cwd()}/`));
process.argv.splice(1, 0, fileURLToPath(file));
await import(file.href);

/** Whether npm's record of what it installed agrees with the lockfile. */
function isInstalled() {
  try {
    const locked = packagesIn('package-lock.json');
    const installed = packagesIn('node_modules/.package-lock.json');
    return Object.entries(locked).every(([path, wanted]) => {
      const found = installed[path];
      return path === '' || (found === undefined ? wanted.optional === true : found.version === wanted.version);
    });
  } catch {
    // No node_modules yet, or a damaged record: install.
    return false;
  }
}

function packagesIn(lockfile) {
  return JSON.parse(readFileSync(new URL(lockfile, root), 'utf8')).packages;
}
