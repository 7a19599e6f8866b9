import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Hmac, handoverProof } from '../../shared/proof.ts';
import { handoverRequest, stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { rawHttp } from '../support/raw-http.ts';
import { ReplaceScene } from '../support/replace-scene.ts';
import { SteadyAgents } from '../support/steady-agents.ts';

const signal = new AbortController().signal;
const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');
const { path, versionParameter, proofHeader } = handoverRequest;

describe('A bridge that is not replaced', function () {
  this.timeout(60_000);
  let scene: ReplaceScene;
  beforeEach(() => {
    scene = new ReplaceScene();
  });
  afterEach(() => scene.dispose());

  const toolsList = { message: () => ({ method: 'tools/list' }) };

  /** The handover to a program that is not what it should be, while agents work. */
  async function replaceBy(source: string, agents?: SteadyAgents) {
    const before = scene.record;
    const side = scene.rig.bridge({ bundlePath: scene.rig.program(source), version: '0.2.0' });
    const outcome = await side.replace(signal);
    const { answered } = agents ?? { answered: 0 };
    if (agents !== undefined)
      await eventually(() => (agents.answered > answered + 50 ? true : undefined), 'answers after it');
    const report = await agents?.stop();
    assert.deepEqual(scene.record, before, 'the state directory names another bridge');
    const { found } = await side.find(signal);
    assert.equal(found.kind === 'proven' && found.instance, before.instance);
    return { outcome, failures: report?.failures };
  }

  it('goes on without one failed request when the newer one crashes at its start', async () => {
    await scene.start('0.1.0');
    const agents = new SteadyAgents({ ...scene.endpoint, ...toolsList });
    const { outcome, failures } = await replaceBy('throw new Error("no such luck")', agents);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.kind === 'failed' ? `${outcome.reason}\n${outcome.detail}` : '', /code 1[^]*no such luck/);
    assert.deepEqual(failures, []);
  });

  it('goes on when the newer one leaves with the port in its hands', async () => {
    await scene.start('0.1.0');
    const source = 'process.send({ type: "ready" }); process.once("message", () => process.exit(7));';
    const { outcome } = await replaceBy(source);
    assert.equal(outcome.kind, 'failed');
    const agents = new SteadyAgents({ ...scene.endpoint, ...toolsList });
    await eventually(() => (agents.answered > 50 ? true : undefined), 'answers');
    assert.deepEqual((await agents.stop()).failures, []);
    const newer = await (await scene.side('0.2.0')).replace(signal);
    assert.deepEqual(newer, { kind: 'replaced' }, 'a better one may try again');
  });

  it('goes on when the newer one takes the port and says nothing more', async () => {
    await scene.start('0.1.0');
    const source = 'process.send({ type: "ready" }); process.once("message", () => setInterval(() => {}, 1000));';
    const { outcome } = await replaceBy(source);
    assert.match(outcome.kind === 'failed' ? outcome.reason : '', /not there after 5 s/);
  });

  it('keeps its windows, which say why and do not try the same again', async () => {
    await scene.start('0.1.0');
    const bundlePath = scene.rig.program('process.exit(9)');
    const side = scene.rig.bridge({ bundlePath, version: '0.2.0' });
    const window = scene.windowOf(side, '0.2.0');
    await window.online('0.1.0');
    const line = () => window.logged.find((text) => text.startsWith('warn'));
    assert.match(await eventually(line, 'a warning'), /bridge 0\.1\.0 stays: version 0\.2\.0 could not take over/);
    assert.match((await scene.openFile('still-works')).text, /Opened still-works/);
    assert.equal(window.bridges.length, 1);
  });

  it('is asked in vain by an older extension and by one of its own version', async () => {
    const before = await scene.start('0.2.0');
    for (const version of ['0.1.0', '0.2.0', '0.2.0-beta.1']) {
      await (await scene.side(version)).replace(signal);
      assert.deepEqual(await ask(version), {
        status: 200,
        text: JSON.stringify({ outcome: 'declined', reason: `version ${version} is not newer than 0.2.0` }),
      });
    }
    assert.deepEqual(scene.record, before);
  });

  it('obeys no token and no proof of something else', async () => {
    await scene.start('0.1.0');
    const { token } = scene.endpoint;
    const bearer = { authorization: `Bearer ${token}` };
    assert.equal((await ask('0.2.0', { ...bearer, [proofHeader]: '' })).status, 401);
    assert.equal((await ask('0.2.0', { [proofHeader]: proofOf('0.3.0') })).status, 401);
    assert.equal((await ask('0.2.0', { [proofHeader]: proofOf('0.2.0', 'another-instance') })).status, 401);
    const page = await ask('0.2.0', { [proofHeader]: proofOf('0.2.0'), origin: 'https://example.com' });
    assert.equal(page.status, 403);
  });

  it('starts nothing that no window has installed', async () => {
    await scene.start('0.1.0');
    assert.match((await ask('0.3.0')).text, /"failed".*version 0\.3\.0 is not installed/);
    assert.match((await ask('../../9.9.9')).text, /"declined"/);
  });

  it('stays installed with the newest, while older versions go', async () => {
    scene.rig.makeStateDir();
    for (const version of ['0.0.1', '0.0.2', '0.0.3']) {
      mkdirSync(join(scene.rig.stateDir, stateFiles.bin, version), { recursive: true, mode: 0o700 });
    }
    await scene.start('0.1.0');
    const installed = () =>
      readdirSync(join(scene.rig.stateDir, stateFiles.bin))
        .filter((name) => /^\d/.test(name))
        .toSorted();
    assert.deepEqual(installed(), ['0.0.3', '0.1.0']);
    await (await scene.side('0.2.0')).replace(signal);
    assert.deepEqual(installed(), ['0.1.0', '0.2.0']);
    await (await scene.side('0.3.0')).replace(signal);
    assert.deepEqual(installed(), ['0.2.0', '0.3.0']);
  });

  function proofOf(version: string, instance = scene.record.instance): string {
    return handoverProof(hmac, scene.file(stateFiles.editorSecret), scene.record.port, instance, version);
  }

  async function ask(version: string, headers: Record<string, string> = { [proofHeader]: proofOf(version) }) {
    const target = `${path}?${versionParameter}=${encodeURIComponent(version)}`;
    const { status, text } = await rawHttp(scene.record.port, { path: target, headers });
    return { status, text };
  }
});
