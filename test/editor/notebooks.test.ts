import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { WindowObserver } from '../../extension/ui/window-observer.ts';
import { systemClock } from '../../shared/clock.ts';
import { closeAll, createToolRig, refusal, type ToolRig } from './tool-rig.ts';

const noCells = '{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 2\n}\n';

describe('a notebook with unsaved cells', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('notebooks');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  /** Opens a notebook and adds a cell to it; the work gets what the file's text document has no part of. */
  async function withUnsavedCell(file: string, work: (notebook: vscode.NotebookDocument) => Promise<void>) {
    rig.write(file, noCells);
    const notebook = await vscode.workspace.openNotebookDocument(rig.uri(file));
    await vscode.window.showNotebookDocument(notebook);
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, 'typed', 'markdown');
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(notebook.isDirty);
    try {
      await work(notebook);
    } finally {
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
  }

  it('is read with the reason why its file is not all', () =>
    withUnsavedCell('read.ipynb', async (notebook) => {
      const { text, freshness } = await rig.tools.read_buffer({ path: rig.name('read.ipynb') }, rig.context);
      assert.equal(text, noCells);
      assert.deepEqual(
        [freshness.diskInSync, freshness.reason],
        [false, 'it is open as a notebook with unsaved changes, which are not in this text'],
      );
      assert.ok(await notebook.save());
      const saved = await rig.tools.read_buffer({ path: rig.name('read.ipynb') }, rig.context);
      assert.match(saved.text, /"typed"/);
      assert.equal(saved.freshness.diskInSync, true);
    }));

  it('is not edited in its file', () =>
    withUnsavedCell('edit.ipynb', async () => {
      const edits = [{ path: rig.name('edit.ipynb'), old: '"metadata": {}', new: '"metadata": {"a": 1}' }];
      const error = await refusal('disk_conflict', rig.tools.edit_buffer({ edits, save: true }, rig.context));
      assert.match(error.message, /open as a notebook with unsaved changes/);
      assert.equal(error.retryable, false);
      assert.equal(rig.read('edit.ipynb'), noCells);
    }));

  it('is among the unsaved files', () =>
    withUnsavedCell('listed.ipynb', async () => {
      const { dirty } = await rig.tools.get_editor_context({ include: ['dirty'] }, rig.context);
      assert.deepEqual(dirty, [rig.name('listed.ipynb')]);
    }));

  it('counts among the unsaved files of its window, once it is told and until it is saved', async () => {
    const observer = new WindowObserver({ clock: systemClock });
    const told = (count: number) =>
      new Promise<void>((resolve) => {
        const subscription = observer.onDidChange(({ dirtyCount }) => {
          if (dirtyCount !== count) return;
          subscription.dispose();
          resolve();
        });
      });
    try {
      const before = observer.describe().dirtyCount;
      const more = told(before + 1);
      await withUnsavedCell('counted.ipynb', async (notebook) => {
        await more;
        const fewer = told(before);
        assert.ok(await notebook.save());
        await fewer;
      });
    } finally {
      observer.dispose();
    }
  });
});
