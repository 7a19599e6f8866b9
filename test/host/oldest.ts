/** The oldest VS Code that the manifest allows. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from './paths.ts';
import { type HostInstallation, setUpHost } from './setup.ts';

/** Throws when the installation is another version than the manifest's minimum: then it would prove nothing. */
export async function setUpOldestHost(print: (line: string) => void): Promise<HostInstallation> {
  const installation = await setUpHost(print, 'vscode-oldest');
  const { engines } = JSON.parse(readFileSync(path.join(repoRoot, 'package.json'), 'utf8'));
  const oldest = /^\^(\d+\.\d+\.)/.exec(engines.vscode)?.[1];
  if (oldest === undefined || !installation.version.startsWith(oldest)) {
    throw new Error(
      `The manifest allows VS Code ${engines.vscode}, test/host/vscode-oldest is ${installation.version}: make them agree.`,
    );
  }
  return installation;
}
