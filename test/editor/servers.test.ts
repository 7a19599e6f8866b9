import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { until } from '../host/deadline.ts';
import { ServersRig } from './servers-rig.ts';
import { closeAll, workspaceRoot } from './tool-rig.ts';

const { Global, Workspace } = vscode.ConfigurationTarget;

describe('holdfast.upstreams in a trusted workspace', function () {
  this.timeout(120_000);
  let rig: ServersRig;
  const started = () => path.join(workspaceRoot(), 'started.txt');
  before(async () => {
    rig = await ServersRig.open();
  });
  after(async () => {
    await closeAll();
    await rig.set(Workspace, undefined);
    await rig.dispose();
    rmSync(path.join(workspaceRoot(), '.vscode'), { recursive: true, force: true });
  });

  it("puts the person's own servers behind the bridge, and takes them back", async () => {
    await rig.set(Global, { own: { url: rig.url } });
    await rig.lists('own');
    await rig.set(Global, { renamed: { url: rig.url }, wrong: { colour: 'red' } });
    await rig.lists('renamed');
    await rig.set(Global, undefined);
    await rig.lists();
  });

  it('is validated and completed where it is written', async () => {
    const good = { url: rig.url };
    await rig.set(Workspace, {
      good,
      'b c': good,
      both: { url: rig.url, command: 'x' },
      odd: { url: rig.url, colour: 1 },
    });
    const file = vscode.Uri.file(path.join(workspaceRoot(), '.vscode/settings.json'));
    const { document } = await vscode.window.showTextDocument(file);
    const messages = () => vscode.languages.getDiagnostics(file).map(({ message }) => message);
    await until(
      'three problems',
      30_000,
      () => messages().length === 3,
      () => [document.languageId, ...messages()],
    );
    assert.match(messages().join('\n'), /Letters and digits/);
    assert.match(messages().join('\n'), /colour/);
    const at = document.positionAt(document.getText().indexOf('"url"'));
    const completed = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      file,
      at,
    );
    const labels = completed.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    for (const key of ['command', 'headers', 'trustHints']) assert.ok(labels.includes(key), labels.join());
  });

  it('runs and asks nothing of what the workspace names as long as the person has not allowed it', async () => {
    const script = "require('node:fs').writeFileSync('started.txt', '')";
    await rig.set(Workspace, { tool: { command: 'node', args: ['--eval', script] }, there: { url: rig.url } });
    // What is the person's own comes through afterwards, so the workspace's was not just slower.
    await rig.set(Global, { own: { url: rig.url } });
    await rig.lists('own');
    await rig.set(Global, { second: { url: rig.url } });
    await rig.lists('second');
    assert.ok(!existsSync(started()));
  });
});
