import assert from 'node:assert/strict';
import type { EditorSession } from '../../server/editors/editor-call.ts';
import type { Effect } from '../../shared/define-tool.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { type LinkServer, startLinkServer } from '../support/link-server.ts';

describe('calls over a broken link', () => {
  let server: LinkServer;
  let editor: FakeEditor;

  beforeEach(async () => {
    server = await startLinkServer();
    editor = await FakeEditor.connect({ port: server.port, secret: server.secret, tools: ['tool'] });
  });
  afterEach(async () => {
    await editor.dispose();
    await server.close();
  });

  function session(): EditorSession {
    const found = server.registry.get(editor.editorId);
    assert.ok(found);
    return found;
  }

  async function call(id: string, effect: Effect, signal = new AbortController().signal): Promise<string> {
    try {
      const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
      return await session().call({ id, tool: 'tool', input: { id }, effect, budgetMs: 20_000, agent, signal });
    } catch (error) {
      assert.ok(error instanceof HoldfastError);
      return error.code;
    }
  }

  async function lost(): Promise<void> {
    await editor.drop();
    await eventually(() => (session().readiness === 'reconnecting' ? true : undefined), 'the loss of the link');
  }

  const sentAs = () => editor.calls.map(({ id, repeat }) => `${id}${repeat ? ' repeat' : ''}`);

  it('sends a call again as a repeat when the same extension host returns', async () => {
    const outcome = call('w', 'write');
    await editor.callNumber(1);
    await lost();
    editor.journal = ['w'];
    await editor.connect();
    editor.result((await editor.callNumber(2)).id, { structured: { done: true } });
    assert.match(await outcome, /"done":true/);
    assert.deepEqual(sentAs(), ['w', 'w repeat']);
  });

  it('sends only reads again to a window that was reloaded', async () => {
    const write = call('w', 'write');
    const read = call('r', 'read');
    await editor.callNumber(2);
    await lost();
    await editor.connect({ reload: true });
    assert.equal(await write, 'outcome_unknown');
    editor.result((await editor.callNumber(3)).id, { structured: { text: 'fresh' } });
    assert.match(await read, /fresh/);
    assert.deepEqual(sentAs(), ['w', 'r', 'r']);
  });

  it('holds a call that comes while the window reloads', async () => {
    await lost();
    const outcome = call('w', 'write');
    await editor.connect({ reload: true });
    editor.result((await editor.callNumber(1)).id, { structured: { done: true } });
    assert.match(await outcome, /"done":true/);
    assert.deepEqual(sentAs(), ['w']);
  });

  it('lets the time of a call stand still while its window asks the person', async () => {
    const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
    const { signal } = new AbortController();
    const outcome = session().call({
      id: 'w',
      tool: 'tool',
      input: {},
      effect: 'write',
      budgetMs: 1_000,
      agent,
      signal,
    });
    const call = await editor.callNumber(1);
    assert.equal(call.agent.tokenId, 'token-1');
    const endMs = 1_000 + limits.callMarginMs;
    assert.equal(server.clock.nextInMs, endMs);
    editor.send({ type: 'progress', id: 'w', progress: 0, waiting: true });
    await eventually(() => server.clock.nextInMs !== endMs || undefined, 'the call that waits');
    // Less than a beat, so that nobody needs to answer one.
    await server.clock.advance(limits.heartbeatMs - endMs);
    editor.send({ type: 'progress', id: 'w', progress: 0, waiting: false });
    await eventually(() => server.clock.nextInMs === endMs || undefined, 'the call that goes on');
    await server.clock.advance(endMs - 1);
    editor.result('w', { structured: { done: true } });
    assert.match(await outcome, /"done":true/);
  });

  it('tells the window of a cancel', async () => {
    const abort = new AbortController();
    const outcome = call('w', 'write', abort.signal);
    await editor.callNumber(1);
    abort.abort();
    assert.equal(await outcome, 'cancelled');
    assert.equal((await editor.next('cancel')).id, 'w');
  });

  it('carries a result of several megabytes unchanged', async () => {
    const text = 'ä\n"'.repeat(300_000);
    const outcome = call('r', 'read');
    editor.result((await editor.callNumber(1)).id, { structured: { text } });
    assert.equal(JSON.parse(await outcome).structuredContent.text, text);
  });
});
