/** One VS Code server with its own user data and extensions, installed and started as a person would. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.ts';
import { endGroup, own } from './processes.ts';
import type { HostInstallation } from './setup.ts';
import { tempFolder } from './temp-folder.ts';
import { settingsFile } from './user-settings.ts';

export interface HostOptions {
  readonly installation: HostInstallation;
  /** Extensions to install, as `.vsix` files. */
  readonly vsix: readonly string[];
  /** Always a folder of the test: the person's own bridge is never touched. */
  readonly stateDir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly userSettings?: Readonly<Record<string, unknown>>;
  /** Whether workspace trust exists; a new folder then opens in restricted mode. Off unless said otherwise. */
  readonly trust?: boolean;
  /** Needed to run a suite (the test paths are ignored without it); hides toasts and dialogs, so off for the UI. */
  readonly driver?: boolean;
  readonly logLevel?: 'info' | 'debug' | 'trace';
  /** Lets an extension host whose page is gone live on, for hours, as VS Code itself does. */
  readonly keepsAbandoned?: boolean;
}

export interface Host {
  readonly authority: string;
  readonly url: string;
  /** Writes the person's settings anew; VS Code takes them up by itself. */
  writeSettings(userSettings: Readonly<Record<string, unknown>>): void;
  /** What the server has printed. */
  output(): string;
  /** Ends the server and everything that it started in its process group, and removes its data. */
  stop(): Promise<void>;
}

const startMs = 60_000;
const run = promisify(execFile);

export async function startHost(options: HostOptions): Promise<Host> {
  const { installation, trust = false } = options;
  const folder = tempFolder();
  const data = folder.path;
  const writeSettings = (userSettings: Readonly<Record<string, unknown>>) => {
    const settings = settingsFile(trust, userSettings);
    for (const scope of ['User', 'Machine']) {
      mkdirSync(path.join(data, 'data', scope), { recursive: true });
      writeFileSync(path.join(data, 'data', scope, 'settings.json'), settings);
    }
  };
  writeSettings(options.userSettings ?? {});
  const env = hostEnvironment(options);
  const common = ['--server-data-dir', data, '--accept-server-license-terms', '--telemetry-level', 'off'];
  try {
    for (const vsix of options.vsix) {
      await run(installation.node, [installation.serverMain, ...common, '--install-extension', vsix, '--force'], {
        env,
      });
    }
  } catch (error) {
    folder.remove();
    throw error;
  }

  const logFile = path.join(data, 'server.out.log');
  const out = openSync(logFile, 'a');
  const listen = [
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--without-connection-token',
    '--log',
    options.logLevel ?? 'info',
  ];
  const flags = [
    ...(trust ? [] : ['--disable-workspace-trust']),
    ...(options.driver ? ['--enable-smoke-test-driver'] : []),
    // Of a page that reloads, an extension host sometimes hears nothing; then it lives on for this long (default: 3 h).
    ...(options.keepsAbandoned ? [] : ['--reconnection-grace-time', '5']),
  ];
  const child = spawn(installation.node, [installation.serverMain, ...common, ...listen, ...flags], {
    env,
    stdio: ['ignore', out, out],
    detached: true,
  });
  own(child);
  closeSync(out);
  const output = () => readFileSync(logFile, 'utf8');
  const stop = async () => {
    await endGroup(child);
    folder.remove();
  };
  try {
    const port = await until('the VS Code server listens', startMs, () => {
      if (child.exitCode !== null) throw new Error(`the VS Code server exited:\n${output().slice(-3_000)}`);
      return /(?:Web UI available at http:\/\/[^:]+:|agent listening on )(\d+)/.exec(output())?.[1];
    });
    const authority = `127.0.0.1:${port}`;
    return { authority, url: `http://${authority}/`, writeSettings, output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** This process's environment without what steers another VS Code or bridge. */
export function hostEnvironment({ stateDir, env }: Pick<HostOptions, 'stateDir' | 'env'>): NodeJS.ProcessEnv {
  const foreign = /^(npm_|VSCODE_|NODE_OPTIONS|ELECTRON_|HOLDFAST_)/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  // Without a gallery the server does not ask for one at each start.
  return { ...clean, EXTENSIONS_GALLERY: '{}', ...env, HOLDFAST_STATE_DIR: stateDir };
}
