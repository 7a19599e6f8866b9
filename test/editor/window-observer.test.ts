import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { WindowObserver } from '../../extension/ui/window-observer.ts';
import { systemClock } from '../../shared/clock.ts';
import type { WindowInfo } from '../../shared/protocol.ts';
import { createToolRig, type ToolRig } from './tool-rig.ts';

type Revisions = NonNullable<WindowInfo['revisions']>;

describe('The window observer in VS Code', () => {
  let rig: ToolRig;
  let observer: WindowObserver;
  before(() => {
    rig = createToolRig('window-observer');
  });
  after(() => rig.dispose());
  beforeEach(() => {
    observer = new WindowObserver({ clock: systemClock });
  });
  afterEach(() => observer.dispose());

  /** Resolves with the revisions once one of them has been told anew. */
  const told = (part: keyof Revisions): Promise<Revisions> =>
    new Promise((resolve) => {
      const before = observer.describe().revisions?.[part];
      const subscription = observer.onDidChange(({ revisions }) => {
        if (revisions === undefined || revisions[part] === before) return;
        subscription.dispose();
        resolve(revisions);
      });
    });

  it('tells when the selection moves', async () => {
    const editor = await rig.show('select.ts', 'const a = 1;\n');
    const change = told('context');
    editor.selection = new vscode.Selection(0, 6, 0, 7);
    assert.deepEqual((await change).context, observer.describe().revisions?.context);
  });

  it('tells when a tab opens', async () => {
    const change = told('context');
    await rig.show('tab.ts', 'export {};\n');
    await change;
  });

  it('tells when diagnostics change', async () => {
    const collection = vscode.languages.createDiagnosticCollection('window-observer');
    try {
      const change = told('diagnostics');
      const range = new vscode.Range(0, 0, 0, 1);
      collection.set(rig.uri('any.ts'), [new vscode.Diagnostic(range, 'made up')]);
      await change;
    } finally {
      collection.dispose();
    }
  });
});
