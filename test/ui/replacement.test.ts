import assert from 'node:assert/strict';
import { endpointOf } from '../host/agent.ts';
import { bridgeOf } from '../host/bridge.ts';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { waitForStatus } from '../host/workbench.ts';
import { otherBuild } from '../support/other-build.ts';
import { SteadyAgents } from '../support/steady-agents.ts';

describe('an older bridge', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
    await stage.serve(await otherBuild({ entry: 'server/main.ts', version: '0.0.9' }));
  });
  after(() => stage?.close());

  it('gives way to the one of a newer extension, while agents go on in their sessions at the same address', async () => {
    const before = await bridgeOf(stage.stateDir);
    assert.equal(before?.version, '0.0.9');
    const agent = await stage.agent();
    await agent.tools();
    const { port } = before;
    const endpoint = await endpointOf(stage.stateDir);
    assert.ok(endpoint);
    const steady = new SteadyAgents({
      port,
      token: endpoint.token,
      message: () => ({ method: 'tools/list' }),
      agents: 2,
      pauseMs: 20,
    });
    const page = await stage.linkedWindow(stage.scratch.sample('greeter'));
    const after = await until('the newer bridge', 30_000, async () => {
      const bridge = await bridgeOf(stage.stateDir);
      return bridge?.version !== '0.0.9' && bridge;
    });
    // Its older link stays for what still runs there, so the status bar says connected all the time.
    await until('its window', 10_000, async () => {
      const windows = await agent.windows();
      return windows.length === 1 && windows[0]?.readiness === 'ready';
    });
    await waitForStatus(page, /connected/);
    const report = await steady.stop();
    assert.deepEqual([after.port, agent.sessions], [port, 1]);
    assert.deepEqual(report.failures, []);
    assert.ok(report.answered > 20);
    await stage.screenshot(page, 'replaced');
  });
});
