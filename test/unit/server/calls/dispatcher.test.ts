import assert from 'node:assert/strict';
import { z } from 'zod';
import { createBridgeTools } from '../../../../server/calls/bridge-tools.ts';
import { type AgentContext, Dispatcher, type ToolCall } from '../../../../server/calls/dispatcher.ts';
import type { CallHolders } from '../../../../server/calls/keyed-calls.ts';
import type { EditorCall, EditorSession } from '../../../../server/editors/editor-call.ts';
import { defineTool, type ToolDefinition } from '../../../../shared/define-tool.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { limits } from '../../../../shared/limits.ts';
import { createLog } from '../../../../shared/log.ts';
import { windowsTools } from '../../../../shared/tools/windows.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { fakeEditorSession } from '../../../support/fake-editor-session.ts';

const common = {
  title: 'T',
  description: 'D',
  toolset: 'core',
  idempotent: true,
  output: z.object({}),
  render: () => 'done',
} as const;
const catalog: Readonly<Record<string, ToolDefinition>> = {
  ...windowsTools,
  read_it: defineTool({
    ...common,
    effect: 'read',
    timeoutMs: 5_000,
    input: z.object({ path: z.string().default('.'), window: z.string().optional() }),
  }),
  wait_for_it: defineTool({
    ...common,
    effect: { strongest: 'write', of: ({ apply }) => (apply ? 'write' : 'read') },
    timeoutMs: ({ wait_ms }) => wait_ms,
    input: z.object({ wait_ms: z.number(), apply: z.boolean().default(false) }),
  }),
};

function setUp(editors: readonly EditorSession[]) {
  const clock = new FakeClock();
  const errors: string[] = [];
  const log = createLog((level, message) => {
    if (level === 'error') errors.push(message);
  });
  let ids = 0;
  const windows: CallHolders = {
    list: () => editors,
    holderOf: (id) => editors.find((editor) => editor.holds(id)),
    settled: () => Promise.resolve(),
    isComplete: () => true,
  };
  const dispatcher = new Dispatcher({
    catalog,
    bridgeTools: createBridgeTools(windows),
    editors: windows,
    newCallId: () => `call-${++ids}`,
    tokenId: 'token-1',
    digest: (text) => text,
    clock,
    log,
  });
  const call = async (name: string, input: unknown = {}, more: Partial<ToolCall> = {}) => {
    const agent = { name: 'agent', version: '1', folders: () => Promise.resolve([]) };
    return dispatcher.call({ name, arguments: input, agent, signal: new AbortController().signal, ...more });
  };
  const failure = async (name: string, input: unknown = {}): Promise<unknown> => {
    const result: unknown = JSON.parse(await call(name, input));
    return z.object({ isError: z.literal(true), _meta: z.object({ 'holdfast/error': z.unknown() }) }).parse(result)
      ._meta['holdfast/error'];
  };
  return { dispatcher, clock, errors, call, failure };
}

describe('The dispatcher', () => {
  it('hands the parsed input, the resolved effect and the budget to the window, and its result back untouched', async () => {
    const calls: EditorCall[] = [];
    const answer = '{"content":[],  "odd spacing":1}';
    const editor = fakeEditorSession({
      tools: ['read_it'],
      call: (made) => (calls.push(made), Promise.resolve(answer)),
    });
    const { call } = setUp([editor]);
    const { signal } = new AbortController();
    assert.equal(await call('read_it', { _meta: {} }, { signal }), answer);
    const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
    assert.deepEqual(calls, [
      { id: 'call-1', tool: 'read_it', input: { path: '.' }, effect: 'read', budgetMs: 5_000, agent, signal },
    ]);
  });

  it('resolves effect and budget from the input, and caps the budget', async () => {
    const seen: unknown[] = [];
    const editor = fakeEditorSession({
      tools: ['wait_for_it'],
      call: ({ effect, budgetMs }) => (seen.push([effect, budgetMs]), Promise.resolve('{}')),
    });
    const { call } = setUp([editor]);
    await call('wait_for_it', { wait_ms: 100 });
    await call('wait_for_it', { wait_ms: 10_000_000, apply: true });
    assert.deepEqual(seen, [
      ['read', 100],
      ['write', limits.callMaxMs],
    ]);
  });

  it('throws for an unknown tool only, naming it, the closest one and all there are', async () => {
    const { call } = setUp([]);
    await assert.rejects(call('raed_it'), (error: unknown) => {
      assert.ok(error instanceof HoldfastError && error.code === 'unknown_tool');
      assert.match(error.message, /"raed_it"\. Did you mean "read_it"\? Tools: list_windows, read_it, wait_for_it\./);
      return true;
    });
    for (const name of ['__proto__', 'constructor', 'toString', '']) await assert.rejects(call(name), HoldfastError);
  });

  it('answers bad input without asking a window', async () => {
    const editor = fakeEditorSession({ tools: ['read_it'], call: () => Promise.reject(new Error('was asked')) });
    const { failure } = setUp([editor]);
    const error = z.object({ code: z.string(), executed: z.string() }).parse(await failure('read_it', { pth: 'x' }));
    assert.deepEqual(error, { code: 'invalid_input', executed: 'no' });
  });

  it('says that a window with an older extension lacks the tool, and what to do', async () => {
    const { failure } = setUp([fakeEditorSession({ tools: [] })]);
    const error = z.object({ code: z.string(), message: z.string(), hint: z.string() }).parse(await failure('read_it'));
    assert.equal(error.code, 'tool_missing');
    assert.match(error.message, /window-1.*read_it/);
    assert.match(error.hint, /update the Holdfast extension/);
  });

  it("passes the window's own failure on", async () => {
    const failed = new HoldfastError('timeout', 'Too slow.', { hint: 'Read first.', executed: 'unknown' });
    const { failure } = setUp([fakeEditorSession({ tools: ['read_it'], call: () => Promise.reject(failed) })]);
    assert.deepEqual(await failure('read_it'), failed.info);
  });

  it('makes an unforeseen failure internal, of unknown effect, and logs it', async () => {
    const { failure, errors } = setUp([
      fakeEditorSession({ tools: ['read_it'], call: () => Promise.reject(new Error('boom')) }),
    ]);
    const error = z.object({ code: z.string(), executed: z.string() }).parse(await failure('read_it'));
    assert.deepEqual(error, { code: 'internal', executed: 'unknown' });
    assert.deepEqual(errors, ['read_it failed unexpectedly: Error: boom']);
  });

  it('is busy beyond its cap of running calls, and free again afterwards', async () => {
    const waiting: (() => void)[] = [];
    const editor = fakeEditorSession({
      tools: ['read_it'],
      call: () => new Promise((resolve) => waiting.push(() => resolve('{}'))),
    });
    const { call, failure, dispatcher } = setUp([editor]);
    const running = Array.from({ length: limits.pendingCallsMax }, () => call('read_it'));
    assert.equal(z.object({ code: z.string() }).parse(await failure('read_it')).code, 'busy');
    assert.equal(dispatcher.statistics.pending, limits.pendingCallsMax);
    for (const resolve of waiting) resolve();
    await Promise.all(running);
    assert.equal(dispatcher.statistics.pending, 0);
  });

  it('lists the windows itself, one of them when it is named', async () => {
    const editors = [
      fakeEditorSession({ id: 'a', folders: ['/a'] }),
      fakeEditorSession({ id: 'b', readiness: 'reconnecting' }),
    ];
    const { call, failure } = setUp(editors);
    const listed = async (input: object) => {
      const windows = z.array(z.object({ id: z.string(), folders: z.array(z.string()), readiness: z.string() }));
      return z.object({ structuredContent: z.object({ windows }) }).parse(JSON.parse(await call('list_windows', input)))
        .structuredContent.windows;
    };
    assert.deepEqual(await listed({}), [
      { id: 'a', folders: ['/a'], readiness: 'ready' },
      { id: 'b', folders: [], readiness: 'reconnecting' },
    ]);
    assert.deepEqual(
      (await listed({ window: 'b' })).map(({ id }) => id),
      ['b'],
    );
    assert.equal(
      z.object({ code: z.string() }).parse(await failure('list_windows', { window: 'c' })).code,
      'unknown_window',
    );
  });

  it('keeps an agent that is bound to a window there, whatever path a call names, unless it names another window', async () => {
    const editors = ['a', 'b'].map((id) =>
      fakeEditorSession({ id, folders: [`/${id}`], tools: ['read_it'], call: () => Promise.resolve(`"in ${id}"`) }),
    );
    const { call } = setUp(editors);
    const asked = (input: object, window: NonNullable<AgentContext['window']>) =>
      call('read_it', input, {
        agent: { name: 'agent', version: '1', window, folders: () => Promise.resolve([]) },
      });
    const bound = { id: 'a', only: true };
    assert.equal(await asked({ path: '/b/x' }, { id: 'a', only: false }), '"in b"');
    assert.equal(await asked({ path: '/b/x' }, bound), '"in a"');
    assert.equal(await asked({ path: '/b/x', window: null }, bound), '"in a"');
    assert.equal(await asked({ window: 'b' }, bound), '"in b"');
    assert.match(await asked({ path: '/b/x' }, { id: 'c', only: true }), /unknown_window: There is no window \\"c\\"/);
    const unbound = setUp([fakeEditorSession({ tools: ['wait_for_it'] })]);
    assert.match(
      await unbound.call(
        'wait_for_it',
        { wait_ms: 1 },
        { agent: { name: 'a', version: '1', window: bound, folders: async () => [] } },
      ),
      /wait_for_it/,
    );
  });

  it('remembers the latest calls by name, time and outcome, and no more than its limit', async () => {
    const editor = fakeEditorSession({ tools: ['read_it'] });
    const { call, dispatcher, clock } = setUp([editor]);
    await call('read_it', { nonsense: 1 });
    for (let count = 0; count < limits.recentCallsMax; count++) await call('read_it');
    const { recentCalls, finished, failed } = dispatcher.statistics;
    assert.deepEqual([recentCalls.length, finished, failed], [limits.recentCallsMax, limits.recentCallsMax + 1, 1]);
    assert.deepEqual(recentCalls.at(-1), { tool: 'read_it', agent: 'agent', ok: true, ms: 0, atMs: clock.wallMs() });
  });
});
