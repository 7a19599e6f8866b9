import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { BridgeProcess } from '../support/bridge-process.ts';
import { modernEnvelope, modernVersion, postModern } from '../support/modern-http.ts';
import { postMcp } from '../support/raw-http.ts';

const list = { id: 7, method: 'tools/list' };
const call = { id: 8, method: 'tools/call', params: { name: 'list_windows', arguments: {} } };
const unusual = { id: 9, method: 'tools/call', params: { name: ' naïve ', arguments: {} } };
const read = { id: 10, method: 'resources/read', params: { uri: 'holdfast://windows' } };
const inBase64 = (text: string, encoding: BufferEncoding = 'utf8') =>
  `=?base64?${Buffer.from(text, encoding).toString('base64')}?=`;

describe('The headers of a modern request', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  after(() => bridge.dispose());

  const accepted: readonly (readonly [string, typeof list | typeof call | typeof read, OutgoingHttpHeaders])[] = [
    ['that mirror the body', call, {}],
    ['that mirror the URI of a resource', read, {}],
    ['with blanks around their values', call, { 'mcp-name': '  list_windows  ', 'mcp-method': ' tools/call ' }],
    ['in another case', list, { 'mcp-method': undefined, 'MCP-METHOD': 'tools/list' }],
    ['with an encoded name that needed no encoding', call, { 'mcp-name': inBase64('list_windows') }],
    ['with a name where none belongs', list, { 'mcp-name': 'whatever' }],
    ['with a session id, which means nothing', list, { 'mcp-session-id': 'hf1.made.up', 'last-event-id': '5' }],
  ];
  for (const [what, message, change] of accepted) {
    it(`${what} are accepted`, async () => {
      const { status, headers, text } = await postModern(bridge, message, change);
      assert.deepEqual([status, JSON.parse(text).id, 'error' in JSON.parse(text)], [200, message.id, false], text);
      assert.equal(headers['mcp-session-id'], undefined);
    });
  }

  it('with an encoded name are compared with what it stands for', async () => {
    const { status, text } = await postModern(bridge, unusual, { 'mcp-name': inBase64(' naïve ') });
    assert.equal(status, 200);
    assert.match(text, /"id":9,"error":\{"code":-32602,"message":"Unknown tool \\" naïve \\"/);
  });

  const refused: readonly (readonly [string, typeof list | typeof call | typeof read, OutgoingHttpHeaders, RegExp])[] =
    [
      ['without the version', list, { 'mcp-protocol-version': undefined }, /MCP-Protocol-Version header is missing/],
      ['with another version', list, { 'mcp-protocol-version': '2025-11-25' }, /MCP-Protocol-Version header says/],
      ['without the method', list, { 'mcp-method': undefined }, /Mcp-Method header is missing/],
      ['with another method', list, { 'mcp-method': 'prompts/list' }, /Mcp-Method header says "prompts\/list"/],
      ['with the method in another case', list, { 'mcp-method': 'TOOLS/LIST' }, /Mcp-Method header says/],
      ['with an encoded method', list, { 'mcp-method': inBase64('tools/list') }, /Mcp-Method header says/],
      ['without the name', call, { 'mcp-name': undefined }, /Mcp-Name header is missing; the body says "list_windows"/],
      ['with another name', call, { 'mcp-name': 'read_buffer' }, /Mcp-Name header says "read_buffer"/],
      ['with two names', call, { 'mcp-name': ['list_windows', 'list_windows'] }, /Mcp-Name header says/],
      ['without the URI', read, { 'mcp-name': undefined }, /Mcp-Name header is missing/],
      ['with another name, encoded', call, { 'mcp-name': inBase64('read_buffer') }, /Mcp-Name header says/],
      ['with broken base64', call, { 'mcp-name': '=?base64?bGlzdF93aW5kb3dz!?=' }, /Mcp-Name header says/],
      ['with base64 short of its padding', call, { 'mcp-name': inBase64('list_windowss').replace('==', '') }, /says/],
      ['with base64 that is not UTF-8', unusual, { 'mcp-name': inBase64(' naïve ', 'latin1') }, /Mcp-Name header says/],
      ['with a name that a header cannot hold', unusual, { 'mcp-name': ' naïve ' }, /Mcp-Name header says/],
    ];
  for (const [what, message, change, said] of refused) {
    it(`${what} are refused as a mismatch`, async () => {
      const { status, headers, text } = await postModern(bridge, message, change);
      const { id, error } = JSON.parse(text);
      assert.deepEqual([status, id, error.code], [400, message.id, -32_020], text);
      assert.match(error.message, said);
      assert.equal(headers['content-type'], 'application/json');
    });
  }

  it('are told to belong to an envelope when the body has none', async () => {
    for (const params of [undefined, {}, { _meta: {} }, { _meta: 5 }]) {
      const headers = { 'mcp-protocol-version': modernVersion, 'mcp-method': 'tools/list' };
      const { status, text } = await postMcp(bridge, { jsonrpc: '2.0', ...list, params }, headers);
      assert.deepEqual([status, JSON.parse(text).id, JSON.parse(text).error.code], [400, 7, -32_602]);
    }
  });

  it('do not make a modern request of an initialize without an envelope', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    const message = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
    const { status, headers } = await postMcp(bridge, message, { 'mcp-protocol-version': modernVersion });
    assert.deepEqual([status, typeof headers['mcp-session-id']], [200, 'string']);
  });

  it('cannot talk an envelope into another era', async () => {
    const message = { jsonrpc: '2.0', ...list, params: { _meta: modernEnvelope } };
    for (const header of [{}, { 'mcp-protocol-version': '2025-06-18', 'mcp-session-id': 'hf1.made.up' }]) {
      const { status, text } = await postMcp(bridge, message, header);
      assert.deepEqual([status, JSON.parse(text).error.code], [400, -32_020]);
    }
  });
});
