import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { postModern } from '../support/modern-http.ts';
import { ReplaceScene } from '../support/replace-scene.ts';
import { SteadyAgents } from '../support/steady-agents.ts';
import { UpstreamServer } from '../support/upstream-server.ts';

describe('Replacing the bridge of a window that offers a server', function () {
  this.timeout(60_000);
  let scene: ReplaceScene;
  let other: UpstreamServer;
  beforeEach(async () => {
    scene = new ReplaceScene();
    other = new UpstreamServer();
    await other.start();
  });
  afterEach(async () => {
    scene.dispose();
    await other.stop();
  });

  it('fails no call of that server, whichever bridge has it', async () => {
    await scene.start('0.1.0');
    const window = await scene.window('0.1.0');
    window.link.offer({ other: { url: other.url, args: [], env: {}, headers: {}, trustHints: false } });
    await window.online('0.1.0');
    const message = () => ({ method: 'tools/call', params: { name: 'other__write', arguments: {} } });
    await eventually(async () => {
      const { text } = await postModern(scene.endpoint, message());
      return text.includes('"result"') ? true : undefined;
    }, 'the server behind the bridge');
    const agents = new SteadyAgents({ ...scene.endpoint, message });
    await eventually(() => (agents.answered > 50 ? true : undefined), 'calls');
    const newer = await scene.window('0.2.0', 'window-2');
    const after = await newer.online('0.2.0');
    await eventually(() => (window.bridges.at(-1) === after ? true : undefined), 'the other window');
    const { answered } = agents;
    await eventually(() => (agents.answered > answered + 50 ? true : undefined), 'calls of the new one');
    assert.deepEqual((await agents.stop()).failures, []);
  });

  it('does not offer it to a bridge that knows the first link only, and its link lives', async () => {
    await scene.start('0.1.0', { firstLink: true });
    const window = await scene.window('0.1.0', 'window-1', false);
    window.link.offer({ other: { url: other.url, args: [], env: {}, headers: {}, trustHints: false } });
    await window.online('0.1.0');
    await eventually(async () => {
      const { text } = await scene.openFile('a');
      return text.includes('Opened a') ? true : undefined;
    }, 'an answer of the window');
    assert.equal(window.bridges.length, 1);
  });
});
