import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { closeAll, createToolRig, refusal, type ToolRig, unseen } from './tool-rig.ts';

const good = 'export const value: number = 1;\n';
const bad = 'export const value: number = "text";\n';

describe('get_diagnostics in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('diagnostics');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const ask = (file: string, more: { since?: string; wait_ms?: number } = {}) =>
    rig.tools.get_diagnostics({ paths: [rig.name(file)], wait_ms: 15_000, ...more }, rig.context);
  const codes = async (file: string) => {
    const answer = await ask(file);
    return answer.files.map(({ state, items, freshness }) => [
      state,
      freshness.diskInSync && freshness.complete,
      (items ?? []).map(({ code }) => code),
    ]);
  };

  it('finds the error of a file that was never opened, opening no tab and moving no focus', async () => {
    await rig.show('watched.ts', good);
    rig.write('never.ts', `// first line\n${bad}`);
    const { files } = await unseen(() => ask('never.ts'));
    assert.deepEqual(files, [
      {
        path: rig.name('never.ts'),
        state: 'analyzed',
        counts: { error: 1, warning: 0, info: 0, hint: 0 },
        items: [
          {
            line: 2,
            column: 14,
            end_column: 19,
            severity: 'error',
            message: "Type 'string' is not assignable to type 'number'.",
            code: '2322',
            source: 'ts',
          },
        ],
        freshness: { version: 1, dirty: false, diskInSync: true, complete: true },
      },
    ]);
  });

  for (const kind of ['an open', 'a never opened']) {
    it(`tells the truth about ${kind} file at once after each edit on disk`, async () => {
      const file = kind === 'an open' ? 'open.ts' : 'unopened.ts';
      if (kind === 'an open') await rig.show(file, good);
      for (let round = 0; round < 5; round += 1) {
        rig.write(file, bad);
        assert.deepEqual(await codes(file), [['analyzed', true, ['2322']]]);
        rig.write(file, good);
        assert.deepEqual(await codes(file), [['analyzed', true, []]]);
      }
    });
  }

  it('judges by a file that another process has just changed and no editor holds', async () => {
    rig.write('library.ts', 'export const size: number = 1;\n');
    rig.write('user.ts', "import { size } from './library';\nexport const twice: number = size;\n");
    assert.deepEqual(await codes('user.ts'), [['analyzed', true, []]]);
    for (let round = 0; round < 3; round += 1) {
      rig.write('library.ts', 'export const size: string = "1";\n');
      assert.deepEqual(await codes('user.ts'), [['analyzed', true, ['2322']]]);
      rig.write('library.ts', 'export const size: number = 1;\n');
      assert.deepEqual(await codes('user.ts'), [['analyzed', true, []]]);
    }
  });

  it('notices an import that came and one that went', async () => {
    rig.write('importer.ts', "import { late } from './late';\nexport const copy: number = late;\n");
    assert.deepEqual(await codes('importer.ts'), [['analyzed', true, ['2307']]]);
    rig.write('late.ts', 'export const late = 1;\n');
    assert.deepEqual(await codes('importer.ts'), [['analyzed', true, []]]);
    rmSync(rig.uri('late.ts').fsPath);
    assert.deepEqual(await codes('importer.ts'), [['analyzed', true, ['2307']]]);
  });

  it('counts a file in that is created and read at once, before any watcher has told of it', async () => {
    rig.write('early.ts', "import { born } from './born';\nexport const copy: string = born;\n");
    rig.write('further.ts', "import { copy } from './early';\nexport const same: number = copy;\n");
    assert.deepEqual(await codes('early.ts'), [['analyzed', true, ['2307']]]);
    rig.write('born.ts', 'export const born = 1;\n');
    await rig.tools.read_buffer({ path: rig.name('born.ts') }, rig.context);
    assert.deepEqual(await codes('further.ts'), [['analyzed', true, ['2322']]]);
    assert.deepEqual(await codes('early.ts'), [['analyzed', true, ['2322']]]);
    assert.deepEqual(await codes('born.ts'), [['analyzed', true, []]]);
  });

  it('lets go of a file that is gone but was looked at, and takes it back in its language', async () => {
    const library = 'export const held = 1;\n';
    rig.write('held.ts', library);
    rig.write('holder.ts', "import { held } from './held';\nexport const copy: number = held;\n");
    assert.deepEqual(await codes('held.ts'), [['analyzed', true, []]]);
    rmSync(rig.uri('held.ts').fsPath);
    assert.deepEqual(await codes('holder.ts'), [['analyzed', true, ['2307']]]);
    await refusal('not_found', ask('held.ts'));
    rig.write('held.ts', library);
    assert.deepEqual(await codes('holder.ts'), [['analyzed', true, []]]);
    assert.equal((await vscode.workspace.openTextDocument(rig.uri('held.ts'))).languageId, 'typescript');
  });

  it('says so where an editor still shows a file that is gone, for all that may depend on it', async () => {
    await rig.show('shown.ts', 'export const shown = 1;\n');
    rig.write('viewer.ts', "import { shown } from './shown';\nexport const copy = shown;\n");
    rig.write('distant.ts', "import { copy } from './viewer';\nexport const again: number = copy;\n");
    rig.write('unrelated.ts', good);
    assert.deepEqual(await codes('distant.ts'), [['analyzed', true, []]]);
    rmSync(rig.uri('shown.ts').fsPath);
    for (const file of ['viewer.ts', 'distant.ts']) {
      const { files } = await unseen(() => ask(file));
      assert.match(files[0]?.freshness.reason ?? '', /shown\.ts was deleted, but an editor shows it/);
    }
    assert.deepEqual(await codes('unrelated.ts'), [['analyzed', true, []]]);
  });

  it('is right about a file that is gone while its tab is in the background, which stays as it was', async () => {
    await rig.show('behind.ts', 'export const behind = 1;\n');
    rig.write('asker.ts', "import { behind } from './behind';\nexport const copy = behind;\n");
    assert.deepEqual(await codes('asker.ts'), [['analyzed', true, []]]);
    await rig.show('front.ts', good);
    rmSync(rig.uri('behind.ts').fsPath);
    assert.deepEqual(await unseen(() => codes('asker.ts')), [['analyzed', true, ['2307']]]);
    const { document } = await vscode.window.showTextDocument(rig.uri('behind.ts'));
    await eventually(() => document.languageId === 'typescript' || undefined, 'the language of the shown document');
    assert.match((await ask('asker.ts')).files[0]?.freshness.reason ?? '', /behind\.ts was deleted/);
  });

  it('is right about files that moved with their folder', async () => {
    rig.write('inner/moved.ts', 'export const moved = 1;\n');
    rig.write('mover.ts', "import { moved } from './inner/moved';\nexport const copy: string = moved;\n");
    assert.deepEqual(await codes('mover.ts'), [['analyzed', true, ['2322']]]);
    renameSync(rig.uri('inner').fsPath, rig.uri('outer').fsPath);
    assert.deepEqual(await codes('mover.ts'), [['analyzed', true, ['2307']]]);
    assert.deepEqual(await codes('outer/moved.ts'), [['analyzed', true, []]]);
  });

  it('is right about the users of a file that came back with its folder under a tab in the background', async () => {
    rig.write('there/and-back.ts', 'export const back = 1;\n');
    rig.write('back.ts', "import { back } from './there/and-back';\nexport const copy: number = back;\n");
    await rig.show('there/and-back.ts', 'export const back = 1;\n');
    await rig.show('front.ts', good);
    assert.deepEqual(await codes('back.ts'), [['analyzed', true, []]]);
    renameSync(rig.uri('there').fsPath, rig.uri('away').fsPath);
    assert.deepEqual(await codes('back.ts'), [['analyzed', true, ['2307']]]);
    rig.write('away/and-back.ts', "export const back = 'text';\n");
    renameSync(rig.uri('away').fsPath, rig.uri('there').fsPath);
    assert.deepEqual(await unseen(() => codes('back.ts')), [['analyzed', true, ['2322']]]);
  });

  it('judges unsaved work, and saves nothing', async () => {
    await rig.show('unsaved.ts', good);
    const document = await rig.type('unsaved.ts', 0, 29, '"x" + ');
    const { files } = await unseen(() => ask('unsaved.ts'));
    assert.deepEqual(
      [files[0]?.counts.error, files[0]?.freshness.dirty, files[0]?.freshness.diskInSync],
      [1, true, true],
    );
    assert.deepEqual([document.isDirty, rig.read('unsaved.ts')], [true, good]);
  });

  it('never passes the old off as new when there is no time to wait', async () => {
    await rig.show('hasty.ts', good);
    await codes('hasty.ts');
    rig.write('hasty.ts', bad);
    const { files } = await ask('hasty.ts', { wait_ms: 0 });
    const [file] = files;
    const right = file?.state === 'analyzed' && file.counts.error === 1;
    assert.ok(right || file?.state === 'timed_out', JSON.stringify(file));
    assert.deepEqual(await codes('hasty.ts'), [['analyzed', true, ['2322']]]);
  });

  it('returns what came and went since a cursor, however far it moved', async () => {
    rig.write('delta.ts', bad);
    const first = await ask('delta.ts');
    rig.write('delta.ts', `// one more line\n${bad}export const other: string = 1;\n`);
    const second = await ask('delta.ts', { since: first.cursor });
    assert.deepEqual(
      second.delta?.added.map(({ path, line, code }) => [path, line, code]),
      [[rig.name('delta.ts'), 3, '2322']],
    );
    assert.deepEqual(second.delta?.removed, []);
    rig.write('delta.ts', good);
    const third = await ask('delta.ts', { since: second.cursor });
    assert.deepEqual([third.delta?.added.length, third.delta?.removed.length, third.files[0]?.counts.error], [0, 2, 0]);
    const again = await ask('delta.ts', { since: third.cursor });
    assert.deepEqual(again.delta, { added: [], removed: [], uncompared: [], cut: false });
    assert.equal((await ask('delta.ts', { since: 'forgotten' })).delta, null);
  });

  it('looks by default at tabs, unsaved files and files with known diagnostics', async () => {
    await rig.show('tab.ts', bad);
    const { files } = await rig.tools.get_diagnostics({ wait_ms: 15_000 }, rig.context);
    assert.ok(files.some(({ path, counts }) => path === rig.name('tab.ts') && counts.error === 1));
  });

  it('says "not analysed" where no language server looks, and does not call it clean', async () => {
    rig.write('notes.txt', 'text\n');
    const { files } = await unseen(() => ask('notes.txt'));
    assert.deepEqual([files[0]?.state, files[0]?.freshness.complete], ['not_analyzed', false]);
  });

  it('takes no empty report on a file without a tab for the answer of its language server', async () => {
    rig.write('package.json', '{ "name": "a", "version": oops, ]');
    rig.write('README.md', '# A\n');
    for (const file of ['package.json', 'README.md']) {
      const { files } = await unseen(() => ask(file));
      assert.deepEqual([files[0]?.state, files[0]?.freshness.complete], ['not_analyzed', false], file);
    }
  });

  it('says who reports on a file, where the source that is asked for does not', async () => {
    rig.write('sourced.ts', bad);
    const answer = await rig.tools.get_diagnostics(
      { paths: [rig.name('sourced.ts')], source: 'typescript', wait_ms: 15_000 },
      rig.context,
    );
    assert.deepEqual([answer.files[0]?.counts.error, answer.files[0]?.other_sources], [0, ['ts']]);
  });

  it('waits for other language servers as well', async () => {
    await rig.show('data.json', '{ "a": 1 }\n');
    assert.deepEqual(
      (await ask('data.json')).files.map(({ state, counts }) => [state, counts.error]),
      [['analyzed', 0]],
    );
    rig.write('data.json', '{ "a": 1,, }\n');
    const { files } = await ask('data.json');
    assert.equal(files[0]?.state, 'analyzed');
    assert.ok((files[0]?.counts.error ?? 0) > 0);
  });

  it('refuses a file that is not there', async () => {
    await refusal('not_found', ask('missing.ts'));
  });

  it('gives up at once when the agent cancels', async () => {
    rig.write('cancelled.ts', good);
    const abort = new AbortController();
    const reason = new Error('no longer wanted');
    const call = rig.tools.get_diagnostics(
      { paths: [rig.name('cancelled.ts')] },
      { ...rig.context, signal: abort.signal },
    );
    abort.abort(reason);
    await assert.rejects(call, reason);
    assert.equal(
      vscode.workspace.textDocuments.some(({ isDirty }) => isDirty),
      false,
    );
  });
});
