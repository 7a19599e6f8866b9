/** Finds a Chromium for the workbench, or installs Debian's where that is possible without asking. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const macApp = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Path of the browser's executable. Throws one clear line when there is none. */
export function findChromium(print: (line: string) => void): string {
  const chosen = process.env.CHROMIUM;
  if (chosen !== undefined && chosen !== '') {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`CHROMIUM=${chosen} is not an executable file.`);
  }
  const found = onThisMachine();
  if (found !== undefined) return found;
  if (installByApt(print)) {
    const installed = onThisMachine();
    if (installed !== undefined) return installed;
  }
  throw new Error('No Chromium found: install chromium (or Chrome), or set CHROMIUM to its executable.');
}

function onThisMachine(): string | undefined {
  const dirs = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return [...dirs.flatMap((dir) => names.map((name) => path.join(dir, name))), macApp].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Absent or not executable: the same to us.
    return false;
  }
}

function installByApt(print: (line: string) => void): boolean {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (...command: string[]) => {
    const [program = '', ...args] = [...sudo, ...command];
    return (
      spawnSync(program, args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
        .status === 0
    );
  };
  if (!run('apt-get', '--version')) return false;
  print('Installing chromium by apt-get (once)');
  const install = () => run('apt-get', 'install', '-y', '--no-install-recommends', 'chromium');
  return install() || (run('apt-get', 'update') && install());
}
