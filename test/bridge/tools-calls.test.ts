import assert from 'node:assert/strict';
import { request } from 'node:http';
import { BridgeProcess } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { mcpHeaders, openSession, postMcp, type RawAnswer } from '../support/raw-http.ts';

describe('A tool call over HTTP', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  let window: FakeEditor;
  let session: { readonly 'mcp-session-id': string };
  beforeEach(async () => {
    bridge = await BridgeProcess.start();
    window = await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret, tools: ['read_buffer'] });
    session = await openSession(bridge);
  });
  afterEach(async () => {
    await window.dispose();
    await bridge.dispose();
  });

  const message = (id: string | number, meta?: object): object => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'read_buffer', arguments: { path: 'a' }, ...(meta === undefined ? {} : { _meta: meta }) },
  });
  const call = (id: string | number, meta?: object, headers: object = {}): Promise<RawAnswer> =>
    postMcp(bridge, message(id, meta), { ...session, ...headers });
  const finish = (id: string, structured: object = { done: true }): void => window.result(id, { structured });

  it('answers as JSON, with the result exactly as the window wrote it', async () => {
    const answering = call('one');
    finish((await window.callNumber(1)).id, { text: 'line\nüber "x"' });
    const { status, headers, text } = await answering;
    assert.deepEqual([status, headers['content-type']], [200, 'application/json']);
    const result =
      '{"content":[{"type":"text","text":"{\\"text\\":\\"line\\\\nüber \\\\\\"x\\\\\\"\\"}"}],"structuredContent":{"text":"line\\nüber \\"x\\""}}';
    assert.equal(text, `{"jsonrpc":"2.0","id":"one","result":${result}}`);
  });

  it('tells the window which agent asks, and what time there is', async () => {
    const answering = call(1);
    const made = await window.callNumber(1);
    finish(made.id);
    await answering;
    const { tokenId = '', session: named = '', ...agent } = made.agent;
    assert.deepEqual(agent, { name: 'raw', version: '1' });
    assert.match(tokenId, /^[\w-]{8}$/);
    assert.ok(!bridge.token.includes(tokenId), 'the id reveals nothing of the token');
    assert.ok(named.length > 0 && !session['mcp-session-id'].includes(named), 'nor the name of the session its id');
    assert.ok(made.budgetMs > 0 && made.budgetMs <= 45_000);
  });

  it('becomes an event stream when progress comes first', async () => {
    const answering = call(0, { progressToken: 't' });
    const { id } = await window.callNumber(1);
    window.send({ type: 'progress', id, progress: 1 });
    window.send({ type: 'progress', id, progress: 0.5 });
    window.send({ type: 'progress', id, progress: 2, total: 2, message: 'two' });
    finish(id);
    const { status, headers, text } = await answering;
    assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
    const events = text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace('event: message\ndata: ', '')));
    assert.deepEqual(events, [
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 't', progress: 1 } },
      {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: 't', progress: 2, total: 2, message: 'two' },
      },
      {
        jsonrpc: '2.0',
        id: 0,
        result: { content: [{ type: 'text', text: '{"done":true}' }], structuredContent: { done: true } },
      },
    ]);
  });

  const quiet: readonly (readonly [string, object | undefined, object])[] = [
    ['was not asked for', undefined, {}],
    ['has no usable token', { progressToken: {} }, {}],
    ['cannot be streamed to this client', { progressToken: 1 }, { accept: 'application/json' }],
  ];
  for (const [title, meta, headers] of quiet) {
    it(`stays JSON when progress ${title}`, async () => {
      const answering = call(1, meta, headers);
      const { id } = await window.callNumber(1);
      window.send({ type: 'progress', id, progress: 1 });
      finish(id);
      assert.equal((await answering).headers['content-type'], 'application/json');
    });
  }

  it('that is cancelled ends without an answer, and its late result is dropped', async () => {
    for (const id of [0, 'zero']) {
      const answering = call(id);
      const made = await eventually(() => window.calls.find((_, index) => index === (id === 0 ? 0 : 1)), 'the call');
      const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'enough' } };
      assert.equal((await postMcp(bridge, cancel, session)).status, 202);
      const { status, text } = await answering;
      assert.deepEqual([status, text], [202, '']);
      await eventually(() => window.cancels.find((cancelled) => cancelled === made.id), 'the cancel');
      finish(made.id);
    }
    assert.equal((await postMcp(bridge, { jsonrpc: '2.0', id: 1, method: 'ping' }, session)).status, 200);
  });

  it('that is cancelled by another session runs on', async () => {
    const answering = call(1);
    const { id } = await window.callNumber(1);
    const other = await openSession(bridge);
    await postMcp(bridge, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, other);
    finish(id);
    assert.equal((await answering).status, 200);
    assert.deepEqual(window.cancels, []);
  });

  it('with the id of a running one is refused, and the running one is answered', async () => {
    const answering = call(1);
    const { id } = await window.callNumber(1);
    const second = await call(1);
    assert.deepEqual([second.status, JSON.parse(second.text).error.code], [400, -32_600]);
    finish(id);
    assert.equal((await answering).status, 200);
  });

  it('with the id 1 is not the one with the id "1"', async () => {
    const [number, text] = [call(1), call('1')];
    await window.callNumber(2);
    for (const { id } of window.calls) finish(id);
    assert.deepEqual([(await number).status, (await text).status], [200, 200]);
  });

  it('whose client went away is not cancelled', async () => {
    const body = JSON.stringify(message(1));
    const headers = mcpHeaders(bridge.token, { ...session, 'content-length': Buffer.byteLength(body) });
    const req = request({ host: '127.0.0.1', port: bridge.port, path: '/mcp', method: 'POST', headers, agent: false });
    req.on('error', () => undefined).end(body);
    const { id } = await window.callNumber(1);
    req.destroy();
    const answering = call(2);
    finish((await window.callNumber(2)).id);
    assert.equal((await answering).status, 200);
    finish(id);
    assert.equal((await postMcp(bridge, { jsonrpc: '2.0', id: 3, method: 'ping' }, session)).status, 200);
    assert.deepEqual(window.cancels, []);
    assert.doesNotMatch(bridge.stderr, /error/i);
  });

  it('ends with its session, and the window hears of it', async () => {
    const answering = call(1);
    const { id } = await window.callNumber(1);
    await fetch(bridge.url, { method: 'DELETE', headers: { authorization: `Bearer ${bridge.token}`, ...session } });
    assert.equal((await answering).status, 202);
    await eventually(() => window.cancels.find((cancelled) => cancelled === id), 'the cancel');
  });

  it('crosses whole when it is large, either way', async () => {
    const text = 'ü'.repeat(1_000_000);
    const params = { name: 'read_buffer', arguments: { path: text } };
    const answering = postMcp(bridge, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, session);
    const made = await window.callNumber(1);
    assert.equal(made.input['path'], text);
    finish(made.id, { text });
    assert.equal(JSON.parse((await answering).text).result.structuredContent.text, text);
  });
});
