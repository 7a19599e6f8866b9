import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { ShimProcess } from '../support/shim-process.ts';

describe('The shim and a bridge that went away', function () {
  this.timeout(30_000);
  let scene: SdkScene;
  let shim: ShimProcess;
  beforeEach(async () => {
    scene = await SdkScene.start();
    shim = new ShimProcess({ stateDir: scene.bridge.stateDir });
  });
  afterEach(async () => {
    await shim.dispose();
    await scene.dispose();
  });
  /** Kills the bridge and starts it on the same port, which the shim could do as well. */
  const restart = async (between: () => void = () => {}) => {
    await scene.bridge.kill();
    between();
    await scene.bridge.start();
  };

  it('rule 7: goes on with a session that no longer counts: subscriptions too, and its agent sees nothing of it', async () => {
    await shim.initialize();
    await shim.request('resources/subscribe', { uri: 'holdfast://windows' });
    // Another key: whatever was signed with the old one is foreign.
    await restart(() => rmSync(join(scene.bridge.stateDir, stateFiles.sessionKey)));
    assert.ok((await shim.call('list_windows')).result);
    assert.equal(((await shim.request('holdfast/status')).result ?? {})['session'], 2);
    // The stream comes back within a second of its failed attempts; then changes arrive as before.
    await eventually(async () => {
      const window = await scene.openWindow();
      await window.dispose();
      return shim.messages.find(({ method }) => method === 'notifications/resources/updated');
    }, 'a notification');
    assert.ok(shim.messages.every(({ error }) => error === undefined));
  });

  it('rule 6: takes up another token', async () => {
    await shim.initialize();
    await restart(() => scene.bridge.write(stateFiles.token, `${randomBytes(32).toString('base64url')}\n`));
    assert.ok((await shim.call('list_windows')).result);
  });

  it('rule 6: passes on what is wrong when the token in the file is not the bridge’s', async () => {
    await shim.initialize();
    const token = scene.bridge.token;
    scene.bridge.write(stateFiles.token, `${randomBytes(32).toString('base64url')}\n`);
    await restart();
    scene.bridge.write(stateFiles.token, `${token}\n`);
    const refused = await shim.request('tools/list');
    assert.match(JSON.stringify(refused.error), /bearer token is not the right one/);
  });

  it('keeps a modern client’s subscription', async () => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const notifications = { resourceSubscriptions: ['holdfast://windows'] };
    shim.send({ jsonrpc: '2.0', id: 'listen', method: 'subscriptions/listen', params: { notifications, _meta } });
    await shim.next('notifications/subscriptions/acknowledged');
    await restart();
    await eventually(async () => {
      const window = await scene.openWindow();
      await window.dispose();
      return shim.messages.find(({ method }) => method === 'notifications/resources/updated');
    }, 'a notification');
    const acknowledged = shim.messages.filter(({ method }) => method === 'notifications/subscriptions/acknowledged');
    assert.equal(acknowledged.length, 1);
    assert.ok(!shim.messages.some(({ id }) => id === 'listen'));
  });
});
