/**
 * Gets a real VS Code from the npm registry, once per lockfile and machine type, outside the clone. Everything is pinned
 * by `vscode/package-lock.json` and by the two shrinkwraps inside `code-server`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface HostInstallation {
  readonly version: string;
  readonly serverMain: string;
  /** A Node 24, also for tools that need more than the Node 20 we support. */
  readonly node: string;
}

type Print = (line: string) => void;

/** `definition` is a folder with the `package.json` and `package-lock.json` of one VS Code version. */
export async function setUpHost(print: Print, definition = 'vscode'): Promise<HostInstallation> {
  const source = fileURLToPath(new URL(`./${definition}/`, import.meta.url));
  const hash = createHash('sha256')
    .update(readFileSync(path.join(source, 'package-lock.json')))
    .digest('hex')
    .slice(0, 12);
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'holdfast');
  const dir = path.join(cache, `vscode-host-${hash}-${process.platform}-${process.arch}`);
  if (!existsSync(dir)) await install(source, dir, print);
  return installationIn(dir);
}

function installationIn(dir: string): HostInstallation {
  const vscode = path.join(dir, 'node_modules/code-server/lib/vscode');
  const { version } = JSON.parse(readFileSync(path.join(vscode, 'package.json'), 'utf8'));
  return { version, serverMain: path.join(vscode, 'out/server-main.js'), node: nodeIn(dir) };
}

/** Linux gets the pinned Node from the registry; elsewhere the Node that runs us has to be new enough. */
function nodeIn(dir: string): string {
  const packaged = path.join(dir, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  throw new Error(
    `The VS Code host needs Node 22 or newer on ${process.platform}-${process.arch}; this is ${process.version}.`,
  );
}

async function install(source: string, dir: string, print: Print): Promise<void> {
  mkdirSync(path.dirname(dir), { recursive: true });
  removeAbandoned(dir);
  const work = `${dir}.${process.pid}.tmp`;
  print(`Setting up VS Code in ${dir} (about a minute, once)`);
  try {
    mkdirSync(work);
    for (const name of ['package.json', 'package-lock.json']) cpSync(path.join(source, name), path.join(work, name));
    const vscode = path.join(work, 'node_modules/code-server/lib/vscode');
    await npm(work, ['ci', '--ignore-scripts'], print);
    await npm(vscode, ['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps'], print);
    await npm(path.join(vscode, 'extensions'), ['ci', '--omit=dev', '--ignore-scripts'], print);
    await buildNative(work, vscode, print);
    claim(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The log writer behind output channels and the watchdog are the only native modules worth building. Without a compiler
 * VS Code still runs, but writes no logs.
 */
async function buildNative(work: string, vscode: string, print: Print): Promise<void> {
  const nodeDir = path.resolve(path.dirname(nodeIn(work)), '..');
  const headers = existsSync(path.join(nodeDir, 'include/node/common.gypi'));
  try {
    // npm 11 does not pass `nodedir` on to node-gyp, except through the environment.
    const env = headers ? { npm_config_nodedir: nodeDir } : {};
    await npm(vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], print, env);
  } catch (error) {
    print(
      `Native modules were not built (python3, make and g++ are needed): output channels stay empty. ${reason(error)}`,
    );
  }
}

/** The rename is the commit: when another run was first, its copy is as good as ours. */
function claim(work: string, dir: string): void {
  try {
    renameSync(work, dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
  }
}

/** Removes what killed runs left beside `dir`. */
function removeAbandoned(dir: string): void {
  const prefix = `${path.basename(dir)}.`;
  for (const name of readdirSync(path.dirname(dir))) {
    const pid = name.startsWith(prefix) ? Number(/\.(\d+)\.tmp$/.exec(name)?.[1]) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) rmSync(path.join(path.dirname(dir), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: gone. EPERM would be another user's process, whose folder we could not remove anyway.
    return false;
  }
}

async function npm(cwd: string, args: readonly string[], print: Print, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const startedMs = performance.now();
  // `npm run` puts settings of the outer project into the environment.
  const outer = /^npm_(config_(local_prefix|prefix|global)|package_|lifecycle_)/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
  const child = spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], env: { ...clean, ...env } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-4_000);
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`npm ${args.join(' ')} in ${cwd} failed (${code}):\n${stderr}`);
  print(
    `  npm ${args.slice(0, 1).join(' ')} ${path.basename(cwd)}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n').find((line) => /err/i.test(line)) ?? '') : String(error);
}
