import assert from 'node:assert/strict';
import { BridgeProcess } from '../support/bridge-process.ts';
import { FakeEditor, type FakeEditorOptions } from '../support/fake-editor.ts';
import { modernBody, modernHeaders, postModern } from '../support/modern-http.ts';
import { initializeRequest, mcpHeaders, postMcp } from '../support/raw-http.ts';

/** The messages of an event stream, one by one as they come. */
async function* messages(response: Response): AsyncGenerator<Record<string, unknown>> {
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const events = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) yield JSON.parse(data.slice('data: '.length));
    }
  }
}

const readBuffer = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'read_buffer', arguments: { path: 'x' } },
});

describe('What the bridge says unasked', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  const editors: FakeEditor[] = [];
  let streams: AbortController;
  beforeEach(async () => {
    bridge = await BridgeProcess.start();
    streams = new AbortController();
  });
  afterEach(async () => {
    streams.abort();
    for (const editor of editors.splice(0)) await editor.dispose();
    await bridge.dispose();
  });

  const openWindow = async (options: Partial<FakeEditorOptions> = {}): Promise<FakeEditor> => {
    const editor = await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret, ...options });
    editors.push(editor);
    return editor;
  };
  const openSession = async (capabilities: object = {}): Promise<{ readonly 'mcp-session-id': string }> => {
    const { headers } = await postMcp(bridge, initializeRequest('2025-11-25', capabilities));
    return { 'mcp-session-id': String(headers['mcp-session-id']) };
  };
  const send = (method: 'GET' | 'POST', session: object, message?: object): Promise<Response> => {
    const headers = Object.entries(mcpHeaders(bridge.token, { ...session })).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    const body = message === undefined ? {} : { body: JSON.stringify(message) };
    return fetch(bridge.url, { method, headers, signal: streams.signal, ...body });
  };

  it('is a question, beside the answer to the call that needs it', async () => {
    for (const name of ['app', 'lib']) {
      const path = `/home/me/${name}`;
      await openWindow({
        window: { folders: [{ name, path, uri: `file://${path}` }] },
        handlers: { read_buffer: () => ({ structured: { name } }) },
      });
    }
    const session = await openSession({ roots: {} });
    const stream = messages(await send('POST', session, readBuffer(7)));
    const { value: asked } = await stream.next();
    assert.equal(asked?.method, 'roots/list');
    const result = { roots: [{ uri: 'file:///home/me/lib' }] };
    assert.equal((await postMcp(bridge, { jsonrpc: '2.0', id: asked.id, result }, session)).status, 202);
    const { value: answered } = await stream.next();
    assert.equal(answered?.id, 7);
    assert.match(JSON.stringify(answered), /"structuredContent":\{"name":"lib"\}/);
    assert.equal((await stream.next()).done, true);
  });

  it('is, on a new one, each update that was missed, once', async () => {
    const editor = await openWindow({ handlers: { read_buffer: () => ({ structured: {} }) } });
    const session = await openSession();
    for (const uri of ['holdfast://windows', 'holdfast://context']) {
      await postMcp(bridge, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } }, session);
    }
    for (const dirtyCount of [1, 2]) editor.send({ type: 'event', window: { dirtyCount } });
    // The answer to a call comes by the same link, after the events.
    await postMcp(bridge, readBuffer(2), session);
    const stream = messages(await send('GET', session));
    const first = await stream.next();
    editor.send({ type: 'event', window: { revisions: { context: 1, diagnostics: 0 } } });
    const second = await stream.next();
    assert.deepEqual(
      [first.value, second.value].map((message) => [message?.method, message?.params]),
      ['holdfast://windows', 'holdfast://context'].map((uri) => ['notifications/resources/updated', { uri }]),
    );
  });

  it('is the same to a client of the modern era that listens', async () => {
    const editor = await openWindow();
    const uri = `holdfast://windows/${editor.editorId}/diagnostics`;
    const listen = {
      id: 'sub',
      method: 'subscriptions/listen',
      params: { notifications: { resourceSubscriptions: [uri, 'holdfast://nothing'] } },
    };
    const stream = messages(await send('POST', modernHeaders(listen), modernBody(listen)));
    const acknowledged = await stream.next();
    editor.send({ type: 'event', window: { revisions: { context: 0, diagnostics: 1 } } });
    const updated = await stream.next();
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 'sub' };
    assert.deepEqual(
      [acknowledged.value, updated.value].map((message) => [message?.method, message?.params]),
      [
        ['notifications/subscriptions/acknowledged', { notifications: { resourceSubscriptions: [uri] }, _meta }],
        ['notifications/resources/updated', { uri, _meta }],
      ],
    );
  });

  it('is nothing but an error where a modern client reads what does not exist', async () => {
    const params = { uri: 'holdfast://nothing' };
    const { text } = await postModern(bridge, { id: 3, method: 'resources/read', params });
    const { code, data } = JSON.parse(text).error;
    assert.deepEqual([code, data], [-32_602, params]);
  });
});
