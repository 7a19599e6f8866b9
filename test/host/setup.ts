/**
 * Gets a real VS Code from the npm registry, once per lockfile and machine type, outside the clone. Everything is pinned
 * by `vscode/package-lock.json` and by the two shrinkwraps inside `code-server`.
 */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cachedInstall, npm } from './cached-install.ts';

export interface HostInstallation {
  readonly version: string;
  readonly serverMain: string;
  /** A Node 22 or newer, also for tools that need more than the Node 20 we support. */
  readonly node: string;
}

type Print = (line: string) => void;

/** `definition` is a folder with the `package.json` and `package-lock.json` of one VS Code version. */
export async function setUpHost(print: Print, definition = 'vscode'): Promise<HostInstallation> {
  const dir = await cachedInstall({
    source: new URL(`./${definition}/`, import.meta.url),
    name: 'vscode-host',
    platform: `${process.platform}-${process.arch}`,
    print,
    install: (work) => install(work, print),
  });
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

async function install(work: string, print: Print): Promise<void> {
  const vscode = path.join(work, 'node_modules/code-server/lib/vscode');
  print('Installing VS Code takes about a minute');
  await npm(work, ['ci', '--ignore-scripts'], print);
  await npm(vscode, ['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps'], print);
  await npm(path.join(vscode, 'extensions'), ['ci', '--omit=dev', '--ignore-scripts'], print);
  placeRipgrep(work, vscode);
  await buildNative(work, vscode, print);
}

/**
 * An older VS Code has a `@vscode/ripgrep` whose script would download the program that finds files. Its definition
 * therefore names a newer one, which npm installs with the program for this machine.
 */
function placeRipgrep(work: string, vscode: string): void {
  const program = path.join(work, `node_modules/@vscode/ripgrep-${process.platform}-${process.arch}/bin`);
  const user = path.join(vscode, 'node_modules/@vscode/ripgrep');
  if (existsSync(program) && existsSync(user)) cpSync(program, path.join(user, 'bin'), { recursive: true });
}

/** The log writer behind output channels, the watchdog (by its name in either version), and the terminals. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog', 'node-pty'];

/** Builds those that come without binaries. Without a compiler VS Code still runs, but lacks what they do. */
async function buildNative(work: string, vscode: string, print: Print): Promise<void> {
  const nodeDir = path.resolve(path.dirname(nodeIn(work)), '..');
  const headers = existsSync(path.join(nodeDir, 'include/node/common.gypi'));
  // npm 11 does not pass `nodedir` on to node-gyp, except through the environment.
  const env = headers ? { npm_config_nodedir: nodeDir } : {};
  for (const name of nativeModules) {
    const module = path.join(vscode, 'node_modules', name);
    if (!existsSync(module) || existsSync(path.join(module, 'prebuilds'))) continue;
    try {
      // Not `npm rebuild`: after the build, node-pty's own script fails unless it may download a node-gyp.
      await npm(vscode, ['explore', name, '--', 'node-gyp', 'rebuild'], print, env);
    } catch (error) {
      print(`${name} was not built (python3, make and g++ are needed): ${reason(error)}`);
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n').find((line) => /err/i.test(line)) ?? '') : String(error);
}
