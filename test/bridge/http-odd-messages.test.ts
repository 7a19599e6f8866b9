import assert from 'node:assert/strict';
import { BridgeProcess } from '../support/bridge-process.ts';
import { initializeRequest, mcpHeaders, openSession, postMcp, type RawAnswer, rawHttp } from '../support/raw-http.ts';

/** Deeper than what JavaScript can print again, which JSON.parse takes without complaint. */
const nested = `${'['.repeat(50_000)}0${']'.repeat(50_000)}`;

describe('Messages that fuzzing found', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  after(async () => {
    assert.doesNotMatch(bridge.stderr, /Z error /);
    await bridge.dispose();
  });

  const post = (session: { readonly 'mcp-session-id': string }, body: string): Promise<RawAnswer> =>
    rawHttp(bridge.port, { headers: mcpHeaders(bridge.token, session), body });

  it('an initialize with a member that JSON-RPC does not know opens a session, and tells its id', async () => {
    const answer = await postMcp(bridge, { ...initializeRequest(), trace: {} });
    assert.equal(answer.status, 200);
    const id = answer.headers['mcp-session-id'];
    assert.ok(typeof id === 'string');
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping', trace: {} };
    assert.equal((await postMcp(bridge, ping, { 'mcp-session-id': id })).status, 200);
  });

  for (const [title, rest] of [
    ['a response', `"result":{"a":${nested}}`],
    ['an error', `"error":{"code":1,"message":"m","data":${nested}}`],
  ] as const) {
    it(`${title} to nothing that we asked, nested too deeply to be printed, is refused with 400`, async () => {
      const answer = await post(await openSession(bridge), `{"jsonrpc":"2.0","id":5,${rest}}`);
      assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32_600]);
    });
  }

  it('a prompts/get whose name is no text is told so', async () => {
    const request = `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":${nested}}}`;
    const answer = await post(await openSession(bridge), request);
    const { error } = JSON.parse(answer.text);
    assert.equal(error.code, -32_602);
    assert.match(error.message, /params\.name/);
  });
});
