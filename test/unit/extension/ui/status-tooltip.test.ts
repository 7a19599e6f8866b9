import assert from 'node:assert/strict';
import { renderTooltip } from '../../../../extension/ui/status-tooltip.ts';
import type { StatusMessage } from '../../../../shared/protocol.ts';

const bridge = { instance: 'i', version: '1', port: 17_000, editorId: 'w-1', features: [] };
const online = { kind: 'online', sinceMs: 0, bridge } as const;
const status: StatusMessage = {
  type: 'status',
  agents: [],
  counters: { stale: 0, healed: 0, rehydrated: 0 },
  recentCalls: [],
};

describe('The tooltip of the status bar', () => {
  it('says nothing of sessions as long as nothing happened to them', () => {
    assert.ok(!renderTooltip(online, status, []).includes('Agent sessions'));
  });

  it('counts what became of sessions, and names what happened last, as text and not as Markdown', () => {
    const counters = { stale: 3, healed: 2, rehydrated: 1 };
    assert.match(
      renderTooltip(online, { ...status, counters }, []),
      /Agent sessions: 3 stale, 2 healed, 1 rehydrated$/,
    );
    const sessionEvents = [
      { number: 1, kind: 'stale', text: 'first', atMs: 0 },
      { number: 2, kind: 'healed', text: '[a](command:b) is back', atMs: 0 },
    ];
    const text = renderTooltip(online, { ...status, counters, sessionEvents }, []);
    assert.match(text, /1 rehydrated {2}\nLast: \\\[a\\\]\\\(command:b\\\) is back$/);
  });

  it('leaves no icon of the name that an agent gives itself, and nothing that reorders it', () => {
    const agents = [{ name: '$(verified-filled) \u202eA', version: '1', sessions: 1 }];
    const text = renderTooltip(online, { ...status, agents }, []);
    // Markdown takes one backslash of each, and VS Code, which then looks for icons, the one that is left.
    assert.ok(text.endsWith('- \\\\\\$\\(verified\\-filled\\) A 1'), text);
  });
});
