import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Approvals, type Question } from '../../extension/approvals/approvals.ts';
import { CallRouter } from '../../extension/link/call-router.ts';
import { MemoryJournal } from '../../extension/link/journal.ts';
import { editorTools } from '../../shared/catalog.ts';
import { systemClock } from '../../shared/clock.ts';
import { DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import { createLog } from '../../shared/log.ts';
import type { ResultMessage } from '../../shared/protocol.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { closeAll, createToolRig, type ToolRig, visibleState, workspaceRoot } from './tool-rig.ts';

describe('a protected file and the person, in VS Code', () => {
  let rig: ToolRig;
  let store: DisposableStore;
  /** The time of the questions: nobody waits for 30 real seconds. */
  let clock: FakeClock;
  let approvals: Approvals;
  let router: CallRouter<typeof editorTools>;
  let ids = 0;
  const settings = () => path.join(workspaceRoot(), '.vscode/settings.json');
  const onDisk = () => readFileSync(settings(), 'utf8');

  before(() => {
    rig = createToolRig('approvals');
  });
  beforeEach(async () => {
    await closeAll();
    await vscode.workspace.fs.writeFile(vscode.Uri.file(settings()), new TextEncoder().encode('{}\n'));
    store = new DisposableStore();
    clock = new FakeClock();
    const log = createLog(() => {});
    approvals = store.add(new Approvals({ clock, log, newId: () => `q${++ids}` }));
    router = store.add(
      new CallRouter({
        definitions: editorTools,
        handlers: rig.tools,
        journal: store.add(new MemoryJournal({ clock: systemClock })),
        clock: systemClock,
        log,
        isTrusted: () => true,
        approvals,
        policy: () => 'always',
      }),
    );
  });
  afterEach(() => store.dispose());
  after(async () => {
    await rig.dispose();
    rmSync(path.join(workspaceRoot(), '.vscode'), { recursive: true });
  });

  const edit = (more: object = {}) =>
    call({ edits: [{ path: settings(), old: '{}', new: '{"a":1}' }], save: true, ...more });

  /** The code of the failure, or `done`. */
  async function call(input: Record<string, unknown>): Promise<string> {
    const id = `call-${++ids}`;
    const result = await new Promise<ResultMessage>((resolve) => {
      const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
      const message = { type: 'call', id, tool: 'edit_buffer', input, budgetMs: 20_000, agent, repeat: false } as const;
      router.call(message, (reply) => reply.type === 'result' && resolve(reply));
    });
    return result.ok ? 'done' : result.error.code;
  }

  function question(): Promise<Question> {
    return eventually(() => approvals.questions[0], 'a question');
  }

  it('changes nothing and shows nothing until it is allowed, then changes it once', async () => {
    const before = visibleState();
    const outcome = edit();
    const asked = await question();
    assert.equal(asked.request.what, 'Change .vscode/settings.json');
    assert.deepEqual(asked.request.changes, [{ path: '.vscode/settings.json', before: '{}\n', after: '{"a":1}\n' }]);
    assert.ok(!asked.lasting, 'a protected file is asked about each time');
    assert.equal(onDisk(), '{}\n');
    assert.deepEqual(visibleState(), before);
    approvals.answer(asked, { kind: 'once' });
    assert.equal(await outcome, 'done');
    assert.equal(onDisk(), '{"a":1}\n');
    const second = call({ edits: [{ path: settings(), old: '1', new: '2' }], save: true });
    approvals.answer(await question(), { kind: 'deny' });
    assert.equal(await second, 'approval_denied');
    assert.equal(onDisk(), '{"a":1}\n');
  });

  it('is answered as pending after a while, and the same call again makes the change that was allowed', async () => {
    const outcome = edit();
    const asked = await question();
    await clock.advance(limits.approvalWaitMs);
    assert.equal(await outcome, 'approval_pending');
    assert.equal(onDisk(), '{}\n');
    approvals.answer(asked, { kind: 'once' });
    assert.equal(onDisk(), '{}\n', 'an answer alone changes nothing');
    assert.equal(await edit(), 'done');
    assert.equal(onDisk(), '{"a":1}\n');
  });

  it('is asked about again when the file is another one than the person was shown', async () => {
    const outcome = edit();
    const asked = await question();
    await clock.advance(limits.approvalWaitMs);
    assert.equal(await outcome, 'approval_pending');
    approvals.answer(asked, { kind: 'once' });
    const document = await vscode.workspace.openTextDocument(settings());
    const typed = new vscode.WorkspaceEdit();
    typed.insert(document.uri, new vscode.Position(0, 0), '// mine\n');
    await vscode.workspace.applyEdit(typed);
    const again = edit();
    const second = await question();
    assert.deepEqual([second.again, second.request.changes[0]?.before], [true, '// mine\n{}\n']);
    approvals.answer(second, { kind: 'deny' });
    assert.equal(await again, 'approval_denied');
    assert.equal(document.getText(), '// mine\n{}\n');
  });

  it('is asked about again when the person types while they are asked', async () => {
    const outcome = edit();
    const first = await question();
    const document = await vscode.workspace.openTextDocument(settings());
    const typed = new vscode.WorkspaceEdit();
    typed.insert(document.uri, new vscode.Position(1, 0), '// mine\n');
    await vscode.workspace.applyEdit(typed);
    approvals.answer(first, { kind: 'once' });
    const second = await question();
    assert.equal(second.request.changes[0]?.after, '{"a":1}\n// mine\n');
    approvals.answer(second, { kind: 'once' });
    assert.equal(await outcome, 'done');
    assert.equal(onDisk(), '{"a":1}\n// mine\n');
  });

  it('is not reached by a link that is laid while the person looks at another change', async () => {
    rig.write('.env', 'A=1\n');
    rig.write('folder/notes.txt', 'notes\n');
    const outcome = call({
      edits: [{ path: rig.name('.env'), old: '1', new: '2' }],
      create: [{ path: rig.name('folder/tasks.json'), text: '{}' }],
    });
    const asked = await question();
    renameSync(rig.uri('folder').fsPath, rig.uri('old').fsPath);
    symlinkSync(path.dirname(settings()), rig.uri('folder').fsPath);
    approvals.answer(asked, { kind: 'once' });
    assert.equal(await outcome, 'version_changed');
    assert.equal(rig.read('.env'), 'A=1\n');
  });

  it('asks once for identical calls, and one of them makes the change', async () => {
    const outcomes = [edit(), edit()];
    await eventually(() => clock.pending === 3 || undefined, 'two calls that wait, and one expiry');
    assert.equal(approvals.questions.length, 1);
    approvals.answer(await question(), { kind: 'once' });
    const codes = (await Promise.all(outcomes)).toSorted();
    assert.deepEqual(codes, ['done', 'no_match']);
    assert.equal(onDisk(), '{"a":1}\n');
  });
});
