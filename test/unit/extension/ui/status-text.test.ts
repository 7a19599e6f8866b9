import assert from 'node:assert/strict';
import type { LinkState } from '../../../../extension/link/link-state.ts';
import { presentStatus } from '../../../../extension/ui/status-text.ts';

const bridge = { instance: 'i1', version: '0.1.0', port: 4000, editorId: 'w-1', features: [], graceMs: 30_000 };
const waiting: LinkState = {
  kind: 'waiting',
  attempt: 6,
  untilMs: 22_000,
  delayMs: 30_000,
  reason: 'nobody answers on port 4000',
};

describe('status bar text', () => {
  it('names each state in words', () => {
    const states: LinkState[] = [
      { kind: 'stopped' },
      { kind: 'connecting', attempt: 1 },
      { kind: 'online', sinceMs: 0, bridge },
      waiting,
      { kind: 'refused', reason: 'the bridge does not start' },
    ];
    assert.deepEqual(
      states.map((state) => presentStatus(state, 10_000, 0).text.replace(/^\$\([^)]+\) /, '')),
      [
        'Holdfast: off',
        'Holdfast: connecting',
        'Holdfast: connected',
        'Holdfast: waiting 12 s (attempt 6)',
        'Holdfast: refused: the bridge does not start',
      ],
    );
  });

  it('counts down in the text and leaves the screen-reader label alone', () => {
    const views = [0, 500, 1_500, 21_999, 22_000, 30_000].map((now) => presentStatus(waiting, now, 0));
    assert.deepEqual(
      views.map((view) => /waiting (\d+) s/.exec(view.text)?.[1]),
      ['22', '22', '21', '1', '0', '0'],
    );
    assert.deepEqual(
      new Set(views.map((view) => view.label)),
      new Set(['Holdfast: waiting to reconnect, attempt 6. nobody answers on port 4000']),
    );
    assert.ok(views.every((view) => view.ticking));
  });

  it('colours only what needs a person: waiting as a warning, refused as an error', () => {
    const severities = [
      waiting,
      { kind: 'refused', reason: 'x' } as const,
      { kind: 'connecting', attempt: 3 } as const,
    ].map((state) => presentStatus(state, 0, 0).severity);
    assert.deepEqual(severities, ['warning', 'error', 'normal']);
  });

  it('says how many agents are connected', () => {
    const texts = [0, 1, 2].map((agents) => presentStatus({ kind: 'online', sinceMs: 0, bridge }, 0, agents).text);
    assert.deepEqual(texts, [
      '$(plug) Holdfast: connected',
      '$(plug) Holdfast: connected (1 agent)',
      '$(plug) Holdfast: connected (2 agents)',
    ]);
  });

  it('cuts a long reason in the bar and keeps it whole in the label', () => {
    const reason = 'r'.repeat(200);
    const view = presentStatus({ kind: 'refused', reason }, 0, 0);
    assert.ok(view.text.length < 100);
    assert.ok(view.label.includes(reason));
  });
});
