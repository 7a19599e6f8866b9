import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeAll, createToolRig, refusal, type ToolRig, workspaceRoot } from './tool-rig.ts';

/** A server or extension that proposes whatever an agent has led it to. */
describe('what another extension proposes, in VS Code', () => {
  let rig: ToolRig;
  let propose: (edit: vscode.WorkspaceEdit) => void;
  let provider: vscode.Disposable;
  const guarded = () => vscode.Uri.file(path.join(workspaceRoot(), '.vscode/proposed.json'));

  before(() => {
    rig = createToolRig('proposed');
    rig.write('plain.txt', 'plain\n');
    mkdirSync(path.join(workspaceRoot(), '.vscode'), { recursive: true });
    symlinkSync(path.join(workspaceRoot(), '.vscode'), path.join(workspaceRoot(), 'src/proposed/door'));
    provider = vscode.languages.registerCodeActionsProvider('plaintext', {
      provideCodeActions() {
        const action = new vscode.CodeAction('Harmless', vscode.CodeActionKind.RefactorRewrite);
        action.edit = new vscode.WorkspaceEdit();
        propose(action.edit);
        return [action];
      },
    });
  });
  beforeEach(closeAll);
  after(async () => {
    provider.dispose();
    await rig.dispose();
    rmSync(path.join(workspaceRoot(), '.vscode'), { recursive: true });
  });

  async function applied(make: (edit: vscode.WorkspaceEdit) => void) {
    propose = make;
    const where = { path: rig.name('plain.txt'), line: 1, kind: 'refactor.rewrite' };
    const { actions } = await rig.tools.code_action(where, rig.context);
    const plan_id = actions?.find(({ title }) => title === 'Harmless')?.plan_id;
    return rig.tools.code_action({ plan_id, mode: 'apply' }, rig.context);
  }
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('is asked about when it creates a protected file, also through a link and under another spelling', async () => {
    const uris = [
      guarded(),
      rig.uri('door/proposed.json'),
      vscode.Uri.file(path.join(workspaceRoot(), 'src/proposed/../../.VSCode/proposed.json')),
      guarded().with({ path: `${workspaceRoot()}/src/../.vscode/proposed.json` }),
    ];
    for (const uri of uris) {
      await refusal(
        'approval_denied',
        applied((edit) => edit.createFile(uri, { contents: bytes('{}') })),
      );
      const [request] = rig.person.asked.splice(0);
      assert.match(request?.what ?? '', /^Create \.vscode\/proposed\.json$/i, uri.toString());
      assert.ok(!existsSync(guarded().fsPath));
    }
  });

  it('is asked about when it fills a file that it says it may not even create', async () => {
    await vscode.workspace.fs.writeFile(guarded(), bytes('{}'));
    for (const uri of [guarded(), rig.uri('door/proposed.json')]) {
      await refusal(
        'approval_denied',
        applied((edit) => {
          edit.createFile(uri, { ignoreIfExists: true });
          edit.replace(uri, new vscode.Range(0, 0, 0, 2), '{"a":1}');
          edit.insert(rig.uri('plain.txt'), new vscode.Position(0, 0), 'x');
        }),
      );
      const [request] = rig.person.asked.splice(0);
      assert.deepEqual(
        request?.changes.map(({ before, after }) => [before, after]),
        [['{}', '{"a":1}']],
      );
      assert.match(request?.why ?? '', /1 other file changes with it/);
    }
    assert.equal(readFileSync(guarded().fsPath, 'utf8'), '{}');
    assert.equal(rig.read('plain.txt'), 'plain\n');
  });

  it('is asked about when it changes an unnamed document that is to be saved at a protected place', async () => {
    const uri = guarded().with({ scheme: 'untitled', path: guarded().path.replace('proposed', 'unnamed') });
    await vscode.workspace.openTextDocument(uri);
    await refusal(
      'approval_denied',
      applied((edit) => edit.insert(uri, new vscode.Position(0, 0), 'x')),
    );
    assert.equal(rig.person.take().length, 1);
  });

  it('is made once the person allows it, as it was shown', async () => {
    rig.person.allows = true;
    await vscode.workspace.fs.writeFile(guarded(), bytes('{}'));
    await applied((edit) => edit.replace(rig.uri('door/proposed.json'), new vscode.Range(0, 0, 0, 2), '[]'));
    rig.person.allows = false;
    assert.deepEqual(rig.person.take(), ['Change .vscode/proposed.json']);
    assert.ok(vscode.workspace.textDocuments.some((document) => document.getText() === '[]' && document.isDirty));
  });

  it('moves and deletes nothing: neither into a protected folder, nor out of it, nor a folder that holds one', async () => {
    await vscode.workspace.fs.writeFile(guarded(), bytes('{}'));
    rig.write('holder/.env', 'A=1\n');
    const tricks: readonly ((edit: vscode.WorkspaceEdit) => void)[] = [
      (edit) => edit.renameFile(rig.uri('plain.txt'), guarded(), { overwrite: true }),
      (edit) => edit.renameFile(guarded(), rig.uri('out.json')),
      (edit) => edit.renameFile(rig.uri('holder'), rig.uri('moved')),
      (edit) => edit.renameFile(rig.uri('holder'), vscode.Uri.file(path.join(workspaceRoot(), '.git'))),
      (edit) => edit.deleteFile(guarded()),
      (edit) => edit.deleteFile(rig.uri('holder'), { recursive: true }),
      (edit) => {
        edit.insert(rig.uri('plain.txt'), new vscode.Position(0, 0), 'x');
        edit.renameFile(rig.uri('holder'), rig.uri('moved'));
      },
    ];
    rig.person.allows = true;
    for (const trick of tricks) await refusal('edit_rejected', applied(trick));
    rig.person.allows = false;
    assert.deepEqual(rig.person.take(), [], 'what is never done is not asked about');
    assert.equal(readFileSync(guarded().fsPath, 'utf8'), '{}');
    assert.equal(rig.read('holder/.env'), 'A=1\n');
    assert.equal(rig.read('plain.txt'), 'plain\n');
    assert.ok(!existsSync(rig.uri('moved').fsPath) && !existsSync(rig.uri('out.json').fsPath));
  });
});
