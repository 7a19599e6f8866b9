import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { doubtOfNeighbours } from '../../extension/tools/support/recent-neighbours.ts';
import { systemClock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { closeAll, createToolRig, type ToolRig } from './tool-rig.ts';

describe('what may have been counted in', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('freshness');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  it('is in doubt for a language whose server cannot be asked, as long as other files of it have just changed', async () => {
    rig.write('one.md', '# One\n');
    const document = await vscode.workspace.openTextDocument(rig.uri('one.md'));
    const later = { ...systemClock, wallMs: () => systemClock.wallMs() + limits.watcherLagMaxMs + 1 };
    assert.equal(await doubtOfNeighbours(document, later), undefined);
    rig.write('two.md', '# Two\n');
    assert.match((await doubtOfNeighbours(document, systemClock)) ?? '', /other \.md files changed a moment ago/);
    assert.equal(await doubtOfNeighbours(document, later), undefined);
  });

  it('is in no doubt for a language whose files stand for themselves', async () => {
    rig.write('one.json', '{}\n');
    const document = await vscode.workspace.openTextDocument(rig.uri('one.json'));
    rig.write('two.json', '{}\n');
    assert.equal(await doubtOfNeighbours(document, systemClock), undefined);
  });

  it('is right about a package that was installed a moment ago, or says that it may not be', async () => {
    rig.write('user.ts', "import { one } from 'just-installed';\nexport const copy: number = one;\n");
    const ask = async () => {
      const { files } = await rig.tools.get_diagnostics({ paths: [rig.name('user.ts')], wait_ms: 15_000 }, rig.context);
      const [file] = files;
      return { codes: (file?.items ?? []).map(({ code }) => code), complete: file?.freshness.complete };
    };
    assert.deepEqual(await ask(), { codes: ['2307'], complete: true });
    const folder = rig.uri('node_modules/just-installed').fsPath;
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      `${folder}/package.json`,
      '{ "name": "just-installed", "version": "1.0.0", "types": "index.d.ts" }\n',
    );
    writeFileSync(`${folder}/index.d.ts`, 'export const one: number;\n');
    const { codes, complete } = await ask();
    assert.ok(complete === false || codes.length === 0, JSON.stringify({ codes, complete }));
  });
});
