import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import * as vscode from 'vscode';
import { type Base, EditModel, type Step, steps } from '../support/edit-model.ts';
import { closeAll, createToolRig, refusal, type ToolRig } from './tool-rig.ts';

describe('random sequences of edits in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('sequences');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  /**
   * Turned line ends are left to the unit test: VS Code undoes them together with the edit before.
   *
   * @returns how often an edit was merged with what the person had changed
   */
  async function follow(name: string, sequence: readonly Step[], eol: '\n' | '\r\n'): Promise<number> {
    const model = new EditModel(11, eol);
    const { document } = await rig.show(name, model.text);
    const path = rig.name(name);
    const read = async () => ({
      base: model.look(),
      sha: (await rig.tools.read_buffer({ path }, rig.context)).sha,
    });
    let seen: { base: Base; sha: string }[] = [await read()];
    const texts = [model.text];
    let merged = 0;
    for (const step of sequence) {
      if (step.who === 'read') seen = [await read(), ...seen];
      else if (step.who === 'person') {
        model.person(step);
        const typed = new vscode.WorkspaceEdit();
        typed.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), model.text);
        if (document.getText() !== model.text) assert.ok(await vscode.workspace.applyEdit(typed));
      } else if (step.who === 'agent') {
        const { base, sha } = seen[step.age] ?? { base: model.look(), sha: undefined };
        const changed = base.text !== model.text;
        const { edits, refusal: code } = model.agent(base, step);
        const save = step.size === 2;
        const call = rig.tools.edit_buffer({ edits: edits.map((each) => ({ ...each, path, sha })), save }, rig.context);
        if (code !== undefined) await refusal(code, call);
        else {
          const [file] = (await call).files;
          if (changed) merged += 1;
          if (save) assert.equal(rig.read(name), model.text);
          seen = [{ base: model.look(), sha: file?.sha ?? '' }, ...seen];
        }
      }
      assert.equal(document.getText(), model.text);
      if (texts.at(-1) !== model.text) texts.push(model.text);
    }
    for (const text of texts.slice(0, -1).toReversed()) {
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), text);
    }
    return merged;
  }

  it('give the text that a model of lines gives, and each is undone in one step', async function () {
    this.timeout(300_000);
    let merged = 0;
    for (const [at, sequence] of fc.sample(steps, { numRuns: 40, seed: 3 }).entries()) {
      merged += await follow(`${at}.txt`, sequence, at % 2 === 0 ? '\n' : '\r\n');
      if (at % 10 === 9) await closeAll();
    }
    assert.ok(merged >= 10, `${merged} merged`);
  });
});
