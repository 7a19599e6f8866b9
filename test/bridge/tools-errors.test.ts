import assert from 'node:assert/strict';
import { z } from 'zod';
import { BridgeProcess } from '../support/bridge-process.ts';
import { FakeEditor, type FakeEditorOptions } from '../support/fake-editor.ts';
import { openSession, postMcp } from '../support/raw-http.ts';

const answerSchema = z.object({
  result: z
    .object({
      content: z.array(z.object({ type: z.literal('text'), text: z.string() })).length(1),
      isError: z.literal(true),
      structuredContent: z.never().optional(),
      _meta: z.object({
        'holdfast/error': z.object({
          code: z.string(),
          message: z.string().min(1),
          hint: z.string().min(1),
          retryable: z.boolean(),
          executed: z.enum(['yes', 'no', 'unknown']),
        }),
      }),
    })
    .optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

describe('A tool call that cannot be made', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  const windows: FakeEditor[] = [];
  beforeEach(async () => {
    bridge = await BridgeProcess.start();
  });
  afterEach(async () => {
    for (const window of windows.splice(0)) await window.dispose();
    await bridge.dispose();
  });

  const openWindow = async (path: string, options: Partial<FakeEditorOptions> = {}): Promise<FakeEditor> => {
    const editor = await FakeEditor.connect({
      port: bridge.port,
      secret: bridge.editorSecret,
      window: { name: path, folders: [{ name: path, path, uri: `file://${path}` }] },
      tools: ['read_buffer', 'get_editor_context'],
      handlers: { get_editor_context: () => ({ structured: {} }) },
      ...options,
    });
    windows.push(editor);
    return editor;
  };
  const call = async (name: unknown, input: unknown): Promise<z.infer<typeof answerSchema>> => {
    const session = await openSession(bridge);
    const answer = await postMcp(
      bridge,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: input } },
      session,
    );
    assert.equal(answer.status, 200);
    return answerSchema.parse(JSON.parse(answer.text));
  };
  const failure = async (name: string, input: unknown) => {
    const { result } = await call(name, input);
    const error = result?._meta['holdfast/error'];
    assert.ok(error !== undefined, 'the call succeeded');
    const { code, message, hint, retryable, executed } = error;
    const words = `${code}: ${message}\nNext: ${hint}\n(retryable: ${retryable ? 'yes' : 'no'}, executed: ${executed})`;
    assert.equal(result?.content[0]?.text, words);
    return { ...error, words };
  };

  it('because there is no such tool is an error of the protocol that names the tool and those there are', async () => {
    for (const name of ['raed_buffer', '', '__proto__', 'constructor']) {
      const { error, result } = await call(name, {});
      assert.equal(result, undefined);
      assert.equal(error?.code, -32_602);
      assert.match(error?.message ?? '', /Unknown tool .*Tools: list_windows, .*read_buffer/);
    }
    assert.match((await call('raed_buffer', {})).error?.message ?? '', /"raed_buffer"\. Did you mean "read_buffer"\?/);
  });

  it('because it names no tool is an error of the protocol', async () => {
    for (const name of [undefined, 1, null, {}]) assert.equal((await call(name, {})).error?.code, -32_602);
  });

  const bad: readonly (readonly [string, string, unknown, RegExp])[] = [
    [
      'an unknown argument',
      'read_buffer',
      { path: 'a', pth: 'b' },
      /Unknown argument "pth"\. Did you mean "path"\?.*Accepted arguments: path \(required\), /s,
    ],
    [
      'an unknown argument of a tool of the bridge',
      'list_windows',
      { foo: 1 },
      /Unknown argument "foo".*Accepted arguments: window\./s,
    ],
    ['a missing argument', 'read_buffer', {}, /Argument "path" is missing/],
    ['a wrong type', 'read_buffer', { path: 1 }, /Argument "path" must be a string, not 1/],
    ['a list for the arguments', 'read_buffer', [1], /one JSON object, not a list/],
    ['text for the arguments', 'read_buffer', 'src/a.ts', /one JSON object, not a string/],
  ];
  for (const [title, name, input, words] of bad) {
    it(`because of ${title} says so, and nothing was done`, async () => {
      const window = await openWindow('/work/app');
      const error = await failure(name, input);
      assert.deepEqual([error.code, error.retryable, error.executed], ['invalid_input', false, 'no']);
      assert.match(error.words, words);
      assert.deepEqual(window.calls, []);
    });
  }

  it('because there is no window says how to open one', async () => {
    const error = await failure('read_buffer', { path: 'a' });
    assert.deepEqual([error.code, error.retryable, error.executed], ['no_window', true, 'no']);
    assert.match(error.hint, /open the folder in VS Code/);
  });

  it('because its window does not exist lists those there are', async () => {
    const { editorId } = await openWindow('/work/app');
    const error = await failure('read_buffer', { path: 'a', window: 'nowhere' });
    assert.deepEqual([error.code, error.executed], ['unknown_window', 'no']);
    assert.ok(error.message.includes(`${editorId} (/work/app: /work/app)`));
  });

  it('because several windows could be meant lists them', async () => {
    const ids = [(await openWindow('/work/app')).editorId, (await openWindow('/work/lib')).editorId];
    const error = await failure('read_buffer', { path: 'a' });
    assert.deepEqual([error.code, error.executed], ['ambiguous_window', 'no']);
    for (const id of ids) assert.ok(error.message.includes(id));
  });

  it('because the extension in its window is too old says to update it', async () => {
    await openWindow('/work/app', { tools: [] });
    const error = await failure('read_buffer', { path: 'a' });
    assert.deepEqual([error.code, error.executed], ['tool_missing', 'no']);
    assert.match(error.hint, /update the Holdfast extension/);
  });

  it('because its window does not answer in time says so, and what to do', async () => {
    await openWindow('/work/app', { tools: ['get_diagnostics'], handlers: {} });
    const error = await failure('get_diagnostics', { wait_ms: 0 });
    assert.equal(error.code, 'timeout');
    assert.match(error.hint, /\w/);
  });

  it("because the window refused it passes the window's words on", async () => {
    const said = {
      code: 'outside_workspace',
      message: 'Not here.',
      hint: 'Stay inside.',
      retryable: false,
      executed: 'no',
    } as const;
    await openWindow('/work/app', { handlers: { read_buffer: () => ({ error: said }) } });
    const { words: _, ...error } = await failure('read_buffer', { path: '/etc/passwd' });
    assert.deepEqual(error, said);
  });
});
