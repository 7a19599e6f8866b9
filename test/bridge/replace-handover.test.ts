import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { connectMcpClient } from '../support/mcp-client.ts';
import { type ModernMessage, postModern } from '../support/modern-http.ts';
import { mcpHeaders, openSession, rawHttp } from '../support/raw-http.ts';
import { openFileRequest, ReplaceScene } from '../support/replace-scene.ts';
import { isAlive } from '../support/start-rig.ts';
import { SteadyAgents } from '../support/steady-agents.ts';

const signal = new AbortController().signal;

describe('Replacing the bridge', function () {
  this.timeout(60_000);
  let scene: ReplaceScene;
  beforeEach(() => {
    scene = new ReplaceScene();
  });
  afterEach(() => scene.dispose());

  const gone = (pid: number) => eventually(() => (isAlive(pid) ? undefined : true), 'the end of the older bridge');

  it('fails no request, keeps the port, and ends the older process', async () => {
    const before = await scene.start('0.1.0');
    const agents = new SteadyAgents({ ...scene.endpoint, message: () => ({ method: 'tools/list' }) });
    await eventually(() => (agents.answered > 100 ? true : undefined), 'a hundred answers');
    assert.deepEqual(await (await scene.side('0.2.0')).replace(signal), { kind: 'replaced' });
    const after = scene.record;
    assert.deepEqual([after.port, after.version, isAlive(after.pid)], [before.port, '0.2.0', true]);
    assert.notEqual(after.pid, before.pid);
    const { answered } = agents;
    await eventually(() => (agents.answered > answered + 100 ? true : undefined), 'a hundred answers of the new one');
    const report = await agents.stop();
    assert.deepEqual(report.failures, []);
    await gone(before.pid);
  });

  it('takes the windows along at once, with their calls answered by whichever bridge has them, each once', async () => {
    const before = await scene.start('0.1.0');
    const window = await scene.window('0.1.0');
    await window.online('0.1.0');
    const slow = scene.openFile('slow-3000ms');
    await eventually(() => window.effects.get('slow-3000ms'), 'the slow call');
    const agents = new SteadyAgents({
      ...scene.endpoint,
      message: (n) => openFileRequest(`file-${n}`),
    });
    await eventually(() => (agents.answered > 50 ? true : undefined), 'calls');
    const second = await scene.window('0.2.0', 'window-2');
    const after = await second.online('0.2.0');
    await eventually(() => (window.bridges.at(-1) === after ? true : undefined), 'the other window');
    assert.ok(isAlive(before.pid), 'the older bridge left with a call unanswered');
    const report = await agents.stop();
    assert.deepEqual(report.failures, []);
    const answer = await slow;
    assert.match(answer.text, /Opened slow-3000ms/);
    assert.deepEqual(window.bridges, [before.instance, after]);
    assert.deepEqual(
      [...window.effects, ...second.effects].filter(([, count]) => count !== 1),
      [],
    );
    await gone(before.pid);
  });

  it('answers on the older bridge what waited there for the window that comes back newer', async () => {
    const before = await scene.start('0.1.0');
    const old = await scene.window('0.1.0');
    await old.online('0.1.0');
    old.dispose();
    const waiting = scene.openFile('asked-during-the-reload');
    const window = await scene.window('0.2.0');
    await window.online('0.2.0');
    assert.match((await waiting).text, /Opened asked-during-the-reload/);
    assert.deepEqual([...window.effects], [['asked-during-the-reload', 1]]);
    assert.equal(window.bridges[0], before.instance);
    await gone(before.pid);
  });

  it('happens once for ten newer windows at once', async () => {
    await scene.start('0.1.0');
    const ids = Array.from({ length: 10 }, (_, index) => `window-${index + 1}`);
    const windows = await Promise.all(ids.map((id) => scene.window('0.2.0', id)));
    const instances = await Promise.all(windows.map((window) => window.online('0.2.0')));
    assert.equal(new Set(instances).size, 1);
    assert.equal(scene.file(stateFiles.log).match(/listens on/g)?.length, 2);
    assert.equal(scene.file(stateFiles.log).match(/is to take over/g)?.length, 1);
  });

  it('leaves agents their sessions, which go on at the newer bridge with the same id', async () => {
    await scene.start('0.1.0');
    const window = await scene.window('0.1.0');
    await window.online('0.1.0');
    const { port, token } = scene.endpoint;
    const agent = await connectMcpClient({ url: `http://127.0.0.1:${port}/mcp`, token });
    const { sessionId } = agent.transport;
    const open = (path: string) => agent.client.callTool({ name: 'open_file', arguments: { path } });
    await open('before');
    const during = open('during-700ms');
    await eventually(() => window.effects.get('during-700ms'), 'the running call');
    await (await scene.side('0.2.0')).replace(signal);
    assert.equal((await open('after')).isError, undefined);
    assert.equal((await during).isError, undefined);
    assert.equal(agent.transport.sessionId, sessionId);
    assert.deepEqual(Object.fromEntries(window.effects), { before: 1, 'during-700ms': 1, after: 1 });
    await agent.close();
  });

  it('ends the streams of agents in the way that tells them so', async () => {
    await scene.start('0.1.0');
    const { port, token } = scene.endpoint;
    const message: ModernMessage = {
      method: 'subscriptions/listen',
      params: { notifications: { resourceSubscriptions: ['holdfast://windows'] } },
    };
    const session = await openSession(scene.endpoint);
    const headers = mcpHeaders(token, session);
    let ended = 0;
    const streams = [postModern(scene.endpoint, message), rawHttp(port, { method: 'GET', headers })].map((stream) =>
      stream.finally(() => (ended += 1)),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(ended, 0);
    await (await scene.side('0.2.0')).replace(signal);
    await eventually(() => (ended === 2 ? true : undefined), 'the end of both');
    const [modern, legacy] = await Promise.all(streams);
    assert.match(modern?.text ?? '', /"resultType":"complete"/);
    assert.equal(legacy?.status, 200);
  });

  it('answers the next request on a connection that was idle, and then lets it go', async () => {
    await scene.start('0.1.0');
    const { port, token } = scene.endpoint;
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let open = true;
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.once('close', () => {
      open = false;
    });
    const ask = () =>
      socket.write(`GET /status HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    ask();
    await eventually(() => (text.includes('"version":"0.1.0"') ? true : undefined), 'the first answer');
    await (await scene.side('0.2.0')).replace(signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(open, 'it was cut');
    text = '';
    ask();
    await eventually(() => (text.includes('"version":"0.2.0"') ? true : undefined), 'the answer of the newer bridge');
    assert.match(text, /connection: close/i);
    await eventually(() => (open ? undefined : true), 'its end');
  });
});
