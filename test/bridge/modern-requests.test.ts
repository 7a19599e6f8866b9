import assert from 'node:assert/strict';
import { BridgeProcess } from '../support/bridge-process.ts';
import { modernEnvelope, modernVersion, postModern } from '../support/modern-http.ts';
import { mcpHeaders, postMcp, rawHttp } from '../support/raw-http.ts';

const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];
const versionKey = 'io.modelcontextprotocol/protocolVersion';

describe('Modern requests', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  after(() => bridge.dispose());

  const resultOf = async (message: Parameters<typeof postModern>[1]) => {
    const { status, text } = await postModern(bridge, message);
    assert.equal(status, 200, text);
    return JSON.parse(text).result;
  };

  it('discover the versions, the capabilities, the identity and the instructions', async () => {
    const { instructions, ...rest } = await resultOf({ method: 'server/discover' });
    assert.match(instructions, /Holdfast/);
    const { version } = rest._meta['io.modelcontextprotocol/serverInfo'];
    assert.deepEqual(rest, {
      resultType: 'complete',
      supportedVersions: [modernVersion, ...legacyVersions],
      capabilities: {
        tools: {},
        resources: { subscribe: true },
        prompts: {},
        completions: {},
        logging: {},
      },
      ttlMs: 60_000,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'holdfast', title: 'Holdfast', version } },
    });
  });

  it('get results that are complete, and say how long they may be kept where the spec wants that', async () => {
    const cached = [60_000, 'private'];
    const uri = 'holdfast://windows';
    const wanted: readonly (readonly [string, object, readonly unknown[]])[] = [
      ['tools/list', {}, cached],
      ['prompts/list', {}, cached],
      ['resources/list', {}, cached],
      ['resources/templates/list', {}, cached],
      ['resources/read', { uri }, [0, 'private']],
      ['tools/call', { name: 'list_windows' }, [undefined, undefined]],
    ];
    for (const [method, params, caching] of wanted) {
      const result = await resultOf({ method, params: { ...params } });
      assert.deepEqual([result.resultType, result.ttlMs, result.cacheScope], ['complete', ...caching], method);
      assert.equal(result._meta['io.modelcontextprotocol/serverInfo'].name, 'holdfast', method);
    }
  });

  it('keep the metadata of a failed call', async () => {
    const result = await resultOf({ method: 'tools/call', params: { name: 'read_buffer', arguments: { path: 'a' } } });
    assert.deepEqual([result.resultType, result.isError], ['complete', true]);
    assert.equal(result._meta['holdfast/error'].code, 'no_window');
  });

  it('need not say who asks', async () => {
    const anonymous = { 'io.modelcontextprotocol/clientInfo': undefined };
    assert.ok(await resultOf({ method: 'server/discover', meta: anonymous }));
    assert.ok(await resultOf({ method: 'tools/call', params: { name: 'list_windows' }, meta: anonymous }));
  });

  it('for methods that the era does not have get 404', async () => {
    const gone = ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'];
    for (const method of [...gone, 'tasks/get', 'no/such', 'constructor']) {
      const { status, text } = await postModern(bridge, { id: 'x', method });
      const wanted = { jsonrpc: '2.0', id: 'x', error: { code: -32_601, message: `Method not found: ${method}` } };
      assert.deepEqual([status, JSON.parse(text)], [404, wanted]);
    }
  });

  it('that misuse a method get its error in the answer', async () => {
    for (const [method, params] of [
      ['tools/call', {}],
      ['tools/call', { name: 'no_such_tool' }],
      ['resources/read', { uri: 'test://nothing' }],
    ] as const) {
      const { status, text } = await postModern(bridge, { method, params });
      assert.deepEqual([status, JSON.parse(text).error.code], [200, -32_602], method);
    }
    const { text } = await postModern(bridge, { method: 'resources/read', params: { uri: 'test://nothing' } });
    assert.deepEqual(JSON.parse(text).error.data, { uri: 'test://nothing' });
  });

  it('with an incomplete envelope are refused, with every key that is wrong named', async () => {
    const bad: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
      [{ [versionKey]: undefined }, /^Invalid params: io\.modelcontextprotocol\/protocolVersion is missing$/],
      [{ [versionKey]: 20260728 }, /protocolVersion has the wrong type/],
      [{ 'io.modelcontextprotocol/clientCapabilities': undefined }, /clientCapabilities is missing/],
      [{ 'io.modelcontextprotocol/clientCapabilities': [] }, /clientCapabilities has the wrong type/],
      [{ 'io.modelcontextprotocol/clientInfo': { name: 'x' } }, /clientInfo needs a name and a version/],
      [{ 'io.modelcontextprotocol/logLevel': 'loud' }, /logLevel must be one of debug, info/],
    ];
    for (const [meta, said] of bad) {
      const { status, text } = await postModern(bridge, { id: 3, method: 'tools/list', meta });
      const { id, error } = JSON.parse(text);
      assert.deepEqual([status, id, error.code], [400, 3, -32_602]);
      assert.match(error.message, said);
    }
    const { status, text } = await postMcp(bridge, { jsonrpc: '2.0', id: 4, method: 'server/discover' });
    assert.deepEqual([status, JSON.parse(text).error.message], [400, 'Invalid params: _meta is missing']);
  });

  it('in a version that is not served are told those that are', async () => {
    for (const requested of ['v999.0.0', '2027-01-01', '1900-01-01', '']) {
      for (const header of [{ 'mcp-protocol-version': requested }, { 'mcp-protocol-version': undefined }]) {
        const message = { id: 5, method: 'server/discover', meta: { [versionKey]: requested } };
        const { status, text } = await postModern(bridge, message, header);
        const { id, error } = JSON.parse(text);
        assert.deepEqual([status, id, error.code], [400, 5, -32_022], text);
        assert.deepEqual(error.data, { supported: [modernVersion, ...legacyVersions], requested });
      }
    }
  });

  it('in a version of the legacy era are told how that begins, and are not sent back to it', async () => {
    const requested = '2025-11-25';
    const message = { method: 'tools/list', meta: { [versionKey]: requested } };
    const { status, text } = await postModern(bridge, message, { 'mcp-protocol-version': requested });
    const { code, message: said, data } = JSON.parse(text).error;
    assert.deepEqual([status, code, data], [400, -32_022, { supported: [modernVersion], requested }]);
    assert.match(said, /begins with an initialize request/);
  });

  it('get 405 for GET and DELETE, whatever else they carry', async () => {
    for (const method of ['GET', 'DELETE']) {
      for (const version of [modernVersion, '2027-01-01']) {
        const more = { 'mcp-protocol-version': version, 'mcp-session-id': 'hf1.made.up' };
        const { status, headers } = await rawHttp(bridge.port, { method, headers: mcpHeaders(bridge.token, more) });
        assert.deepEqual([status, headers.allow], [405, 'POST']);
      }
    }
  });

  it('may be notifications, which are taken, but no responses and nothing else', async () => {
    const headers = { 'mcp-protocol-version': modernVersion };
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    for (const message of [cancelled, { ...cancelled, params: { requestId: 1, _meta: modernEnvelope } }]) {
      const { status, text } = await postMcp(bridge, message, headers);
      assert.deepEqual([status, text], [202, '']);
    }
    for (const [message, id] of [
      [{ jsonrpc: '2.0', id: 1, result: {} }, 1],
      [{ jsonrpc: '1.0', id: 2, method: 'tools/list', params: { _meta: modernEnvelope } }, 2],
      [{ jsonrpc: '2.0', id: null, method: 'tools/list', params: { _meta: modernEnvelope } }, null],
    ] as const) {
      const { status, text } = await postMcp(bridge, message, headers);
      assert.deepEqual([status, JSON.parse(text).id, JSON.parse(text).error.code], [400, id, -32_600]);
    }
  });

  it('need the same access as all others', async () => {
    const { status } = await postModern({ port: bridge.port, token: 'wrong' }, { method: 'server/discover' });
    assert.equal(status, 401);
    assert.equal(
      (await postModern(bridge, { method: 'server/discover' }, { origin: 'http://evil.example' })).status,
      403,
    );
    assert.equal((await postModern(bridge, { method: 'server/discover' }, { host: 'evil.example' })).status, 403);
  });
});
