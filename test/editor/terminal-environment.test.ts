import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../shared/clock.ts';
import { workspaceRoot } from './tool-rig.ts';

/** Resolves once the shell has written the file; mocha's timeout bounds it. */
async function written(file: string): Promise<string> {
  while (!existsSync(file)) await new Promise<void>((resolve) => systemClock.after(100, resolve));
  return readFileSync(file, 'utf8');
}

describe('a new terminal', () => {
  it('names its window, and finds the holdfast command that calls a tool in it', async function () {
    this.timeout(60_000);
    const extension = vscode.extensions.getExtension('holdfast.holdfast');
    assert.ok(extension, 'the VSIX is installed');
    await extension.activate();
    const answer = path.join(workspaceRoot(), 'terminal-answer.txt');
    const terminal = vscode.window.createTerminal({ name: 'environment', cwd: workspaceRoot() });
    try {
      // The launcher is there once the window has started the bridge, and the tool answers once it is linked.
      terminal.sendText(
        `until holdfast call list_windows "{\\"window\\":\\"$HOLDFAST_WINDOW\\"}" > answer.part 2>&1; do sleep 0.2; done; mv answer.part "${answer}"`,
      );
      const text = await written(answer);
      assert.match(text, /^w-[0-9a-f]{8} {2}greeter/);
      assert.ok(text.includes(workspaceRoot()), text);
    } finally {
      terminal.dispose();
    }
  });
});
