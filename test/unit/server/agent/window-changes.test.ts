import assert from 'node:assert/strict';
import { type WatchedWindow, WindowChanges } from '../../../../server/agent/content/window-changes.ts';
import type { WindowInfo } from '../../../../shared/protocol.ts';
import { fakeEditorSession } from '../../../support/fake-editor-session.ts';

interface Change extends Partial<Omit<WatchedWindow, 'window'>> {
  readonly window?: Partial<WindowInfo>;
}

function window(id: string, { window: info, ...change }: Change = {}): WatchedWindow {
  const { epoch, readiness, window: plain } = fakeEditorSession({ folders: ['/app'] });
  return { id, epoch, readiness, window: { ...plain, revisions: { context: 1, diagnostics: 1 }, ...info }, ...change };
}

/** What is told when `before` becomes `now`: URIs, and log lines with their level. */
function told(before: readonly WatchedWindow[], now: readonly WatchedWindow[]): readonly string[] {
  return new WindowChanges(before)
    .look(now)
    .map((change) =>
      change.kind === 'resource' ? change.uri : change.kind === 'log' ? `${change.level}: ${change.data}` : '',
    );
}

const everythingOfW1 = [
  'holdfast://windows/w-1/context',
  'holdfast://context',
  'holdfast://windows/w-1/diagnostics',
  'holdfast://diagnostics',
];

describe('A change of the windows', () => {
  it('is nothing while nothing changes', () => {
    assert.deepEqual(told([window('w-1')], [window('w-1')]), []);
  });

  it('in what the list shows updates the list only', () => {
    assert.deepEqual(told([window('w-1')], [window('w-1', { window: { focused: true } })]), ['holdfast://windows']);
  });

  for (const part of ['context', 'diagnostics'] as const) {
    it(`in the ${part} of one window updates these, of that window and of any`, () => {
      const revisions = { context: 1, diagnostics: 1, [part]: 2 };
      assert.deepEqual(
        told([window('w-1'), window('w-2')], [window('w-1', { window: { revisions } }), window('w-2')]),
        [`holdfast://windows/w-1/${part}`, `holdfast://${part}`],
      );
    });
  }

  it('that brings or takes a window is logged and updates everything of it', () => {
    assert.deepEqual(told([], [window('w-1')]), [
      'info: Window w-1 ("app") has connected.',
      'holdfast://windows',
      ...everythingOfW1,
    ]);
    assert.deepEqual(told([window('w-1')], []), [
      'warning: Window w-1 ("app") did not return and is gone.',
      'holdfast://windows',
      ...everythingOfW1,
    ]);
  });

  it('that breaks a link and brings it back is logged, and changes no content', () => {
    const away = window('w-1', { readiness: 'reconnecting' });
    assert.deepEqual(told([window('w-1')], [away]), [
      'warning: Window w-1 ("app") has lost its link; calls wait for it to return.',
      'holdfast://windows',
    ]);
    assert.deepEqual(told([away], [window('w-1')]), ['info: Window w-1 ("app") is back.', 'holdfast://windows']);
  });

  it('that is a reload may have changed everything', () => {
    const reloaded = window('w-1', { epoch: 'epoch-2' });
    assert.deepEqual(told([window('w-1', { readiness: 'reconnecting' })], [reloaded]), [
      'info: Window w-1 ("app") is back after a reload.',
      'holdfast://windows',
      ...everythingOfW1,
    ]);
    assert.deepEqual(told([window('w-1')], [reloaded]), ['info: Window w-1 ("app") has reloaded.', ...everythingOfW1]);
  });

  it('of a window that tells no revisions is still a change of the list', () => {
    const { revisions: _, ...older } = window('w-1').window;
    const plain = { ...window('w-1'), window: older };
    assert.deepEqual(told([plain], [{ ...plain, window: { ...older, dirtyCount: 1 } }]), ['holdfast://windows']);
  });
});
