import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { endpointOf } from '../host/agent.ts';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { readOutput, readTooltip, runCommand } from '../host/workbench.ts';

describe('what becomes of agent sessions', () => {
  let stage: Stage;
  let page: Page;

  before(async () => {
    stage = await Stage.open();
    page = await stage.linkedWindow(stage.scratch.sample('greeter'));
  });
  after(() => stage?.close());

  it('shows in the tooltip of the status bar and in the log', async () => {
    const { url, token } = await until('a bridge', 10_000, () => endpointOf(stage.stateDir));
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-session-id': 'an id of another server',
      'user-agent': 'forgetful/1.0',
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const statuses: number[] = [];
    for (let repeat = 0; repeat < 2; repeat++)
      statuses.push((await fetch(url, { method: 'POST', headers, body })).status);
    assert.deepEqual(statuses, [404, 200]);

    await runCommand(page, 'Holdfast: Show Log');
    await until('both events are in the log', 10_000, async () => {
      const text = await readOutput(page);
      return (
        /\[agents\] the session id of forgetful 1\.0 is stale \(unknown\)/.test(text) &&
        /\[agents\] forgetful 1\.0 went on with a stale session id \(unknown\)/.test(text)
      );
    });
    assert.match(
      await readTooltip(page, /Agent sessions/),
      /1 stale, 1 healed, 0 rehydrated\s+Last: forgetful 1\.0 went on/,
    );
    await stage.screenshot(page, 'agent-sessions');
  });

  it('are named in the tooltip as text, whatever icon is in the name', async () => {
    const { url, token } = await until('a bridge', 10_000, () => endpointOf(stage.stateDir));
    const clientInfo = { name: '$(verified-filled) [Odd](command:holdfast.menu)', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    });
    assert.equal(answer.status, 200);
    await page.keyboard.press('Escape');
    await readTooltip(page, /\$\(verified-filled\) \[Odd\]\(command:holdfast\.menu\) 1/);
  });
});
