import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBridgeFile, stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { otherBuild } from '../support/other-build.ts';
import { postModern } from '../support/modern-http.ts';
import { isAlive, StartRig } from '../support/start-rig.ts';
import { SteadyAgents } from '../support/steady-agents.ts';

const signal = new AbortController().signal;

describe('Replacing the bridge', function () {
  this.timeout(60_000);
  let rig: StartRig;
  let older: string;
  let newer: string;
  const editors: FakeEditor[] = [];
  before(async () => {
    [older, newer] = await Promise.all(
      ['0.1.0', '0.2.0'].map((version) => otherBuild({ entry: 'server/main.ts', version })),
    ).then(([first = '', second = '']) => [first, second] as const);
  });
  beforeEach(() => {
    rig = new StartRig();
  });
  afterEach(async () => {
    await Promise.all(editors.splice(0).map((editor) => editor.dispose()));
    rig.dispose();
  });

  const file = (name: string) => readFileSync(join(rig.stateDir, name), 'utf8').trim();
  const record = () => {
    const bridge = parseBridgeFile(file(stateFiles.bridge));
    assert.ok(bridge);
    return bridge;
  };
  const endpoint = () => ({ port: record().port, token: file(stateFiles.token) });
  async function startOlder() {
    assert.deepEqual(await rig.bridge({ bundlePath: older, version: '0.1.0' }).start(signal), { kind: 'started' });
    return { ...record(), bridgePid: rig.pid };
  }

  it('fails no request, keeps the port, and ends the older process', async () => {
    const before = await startOlder();
    const agents = new SteadyAgents({ ...endpoint(), message: { method: 'tools/list' } });
    await eventually(() => (agents.answered > 100 ? true : undefined), 'a hundred answers');
    const outcome = await rig.bridge({ bundlePath: newer, version: '0.2.0' }).replace(signal);
    assert.deepEqual(outcome, { kind: 'replaced' });
    const after = record();
    assert.ok(isAlive(rig.pid));
    assert.equal(after.port, before.port);
    assert.equal(after.version, '0.2.0');
    assert.notEqual(after.pid, before.pid);
    const answered = agents.answered;
    await eventually(() => (agents.answered > answered + 100 ? true : undefined), 'a hundred answers of the new one');
    const report = await agents.stop();
    assert.deepEqual(report.failures, []);
    await eventually(() => (isAlive(before.pid) ? undefined : true), 'the end of the older bridge');
    console.log('      ', JSON.stringify(report));
  });
});
