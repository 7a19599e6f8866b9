/** Installs from the npm registry once per lockfile, outside the clone; killed and simultaneous runs do no harm. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

type Print = (line: string) => void;

export interface CachedInstall {
  /** The folder with the `package.json` and `package-lock.json` of what is installed. */
  readonly source: URL;
  /** First part of the name in the cache. */
  readonly name: string;
  /** Last part of it: what the installation depends on beside the lockfile. */
  readonly platform?: string;
  readonly print: Print;
  /** Installs in a folder that holds copies of the two files. */
  readonly install: (dir: string) => Promise<void>;
}

/** What takes long to get, outside the clone. */
export function cacheDir(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'holdfast');
}

/** Resolves with the folder of the installation, made now or found. */
export async function cachedInstall({
  source,
  name,
  platform = 'any',
  print,
  install,
}: CachedInstall): Promise<string> {
  const from = fileURLToPath(source);
  const hash = createHash('sha256')
    .update(readFileSync(path.join(from, 'package-lock.json')))
    .digest('hex')
    .slice(0, 12);
  const cache = cacheDir();
  const dir = path.join(cache, `${name}-${hash}-${platform}`);
  if (existsSync(dir)) return dir;
  mkdirSync(cache, { recursive: true });
  removeAbandoned(dir);
  const work = `${dir}.${process.pid}.tmp`;
  print(`Setting up ${dir} (once)`);
  try {
    mkdirSync(work);
    for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(from, file), path.join(work, file));
    await install(work);
    claim(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return dir;
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

/** Runs npm to its end and prints how long it took. */
export async function npm(
  cwd: string,
  args: readonly string[],
  print: Print,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
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
    `  npm ${args.slice(0, 2).join(' ')} ${path.basename(cwd)}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  );
}
