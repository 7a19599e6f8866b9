import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { ServersRig } from '../servers-rig.ts';
import { workspaceRoot } from '../tool-rig.ts';

describe('holdfast.upstreams in an untrusted workspace', function () {
  this.timeout(120_000);
  let rig: ServersRig;
  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    rig = await ServersRig.open();
  });
  after(() => rig.dispose());

  it("counts where it is the person's own, and not where it is the workspace's", async () => {
    const folder = path.join(workspaceRoot(), '.vscode');
    mkdirSync(folder, { recursive: true });
    const settings = { 'editor.tabSize': 7, 'holdfast.upstreams': { theirs: { url: rig.url } } };
    const read = new Promise<void>((resolve) => {
      const listener = vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('editor.tabSize')) return;
        listener.dispose();
        resolve();
      });
    });
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
    await read;
    await rig.set(vscode.ConfigurationTarget.Global, { own: { url: rig.url } });
    await rig.lists('own');
  });
});
