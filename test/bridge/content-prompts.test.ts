import assert from 'node:assert/strict';
import type { CompleteRequest } from '@modelcontextprotocol/sdk/types.js';
import type { FakeAnswer } from '../support/fake-editor.ts';
import { SdkScene } from '../support/sdk-scene.ts';

const file = (path: string, error: number, warning = 0) => ({ path, counts: { error, warning, info: 0, hint: 0 } });
const diagnostics: FakeAnswer = {
  structured: { files: [file('src/a.ts', 2), file('src/b.ts', 0, 1), file('src/clean.ts', 0)] },
};
const handlers = { get_diagnostics: () => diagnostics };

describe('The prompt and its completions', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let scene: SdkScene;
  beforeEach(async () => {
    scene = await SdkScene.start();
  });
  afterEach(() => scene.dispose());

  it('is listed with optional arguments', async () => {
    const { client } = await scene.connect();
    const { prompts } = await client.listPrompts();
    assert.deepEqual(
      prompts.map(({ name, arguments: args }) => [name, args?.map((arg) => [arg.name, arg.required ?? false])]),
      [
        [
          'fix_diagnostics',
          [
            ['path', false],
            ['window', false],
          ],
        ],
      ],
    );
  });

  it('holds the problems as they are now, of every file or of one', async () => {
    const editor = await scene.openWindow({ handlers });
    const { client } = await scene.connect();
    const { messages } = await client.getPrompt({ name: 'fix_diagnostics' });
    const [message] = messages;
    assert.deepEqual([messages.length, message?.role, message?.content.type], [1, 'user', 'text']);
    const text = message?.content.type === 'text' ? message.content.text : '';
    assert.match(text, /edit_buffer[\s\S]*src\/a\.ts/);
    await client.getPrompt({ name: 'fix_diagnostics', arguments: { path: 'src/a.ts', window: editor.editorId } });
    await client.getPrompt({ name: 'fix_diagnostics', arguments: { path: '', window: '' } });
    assert.deepEqual(
      editor.calls.map(({ tool, input }) => [tool, input]),
      [
        ['get_diagnostics', {}],
        ['get_diagnostics', { paths: ['src/a.ts'], window: editor.editorId }],
        ['get_diagnostics', {}],
      ],
    );
  });

  it('is an error with the name of what is wrong: prompt, argument, or no window', async () => {
    const { client } = await scene.connect();
    await assert.rejects(client.getPrompt({ name: 'fix' }), /-32602: Unknown prompt "fix". Prompts: fix_diagnostics/);
    const misspelt = client.getPrompt({ name: 'fix_diagnostics', arguments: { file: 'a' } });
    await assert.rejects(misspelt, /-32602: fix_diagnostics takes only these arguments, each a string: path, window/);
    await assert.rejects(client.getPrompt({ name: 'fix_diagnostics' }), /-32603: no_window/);
  });

  describe('complete', () => {
    const prompt = { type: 'ref/prompt', name: 'fix_diagnostics' } as const;
    const template = { type: 'ref/resource', uri: 'holdfast://windows/{window}/context' } as const;
    const complete = async (params: CompleteRequest['params']) => {
      const { client } = await scene.connect();
      return (await client.complete(params)).completion;
    };

    it('a path with the files that have problems, without waiting for the language servers', async () => {
      const editor = await scene.openWindow({ handlers });
      const argument = { name: 'path', value: '' };
      const all = await complete({ ref: prompt, argument });
      assert.deepEqual(all, { values: ['src/a.ts', 'src/b.ts'], total: 2, hasMore: false });
      const some = await complete({
        ref: prompt,
        argument: { name: 'path', value: 'B.T' },
        context: { arguments: { window: editor.editorId } },
      });
      assert.deepEqual(some.values, ['src/b.ts']);
      assert.deepEqual(
        editor.calls.map(({ input }) => input),
        [{ wait_ms: 0 }, { wait_ms: 0, window: editor.editorId }],
      );
    });

    it('a path with at most a hundred of many', async () => {
      const many = { files: Array.from({ length: 120 }, (_, index) => file(`f${index}.ts`, 1)) };
      await scene.openWindow({ handlers: { get_diagnostics: () => ({ structured: many }) } });
      const { values, total, hasMore } = await complete({ ref: prompt, argument: { name: 'path', value: '' } });
      assert.deepEqual([values.length, total, hasMore], [100, 120, true]);
    });

    it('a path with nothing while no window can answer', async () => {
      const found = await complete({ ref: prompt, argument: { name: 'path', value: '' } });
      assert.deepEqual(found, { values: [], total: 0, hasMore: false });
    });

    it('a window with the ids of the windows, for the prompt and for a template', async () => {
      const { editorId } = await scene.openWindow({ editorId: 'w-one' });
      await scene.openWindow({ editorId: 'w-two' });
      const argument = { name: 'window', value: 'one' };
      for (const ref of [prompt, template]) assert.deepEqual((await complete({ ref, argument })).values, [editorId]);
    });

    it('nothing else: an unknown reference or argument is an error', async () => {
      const argument = { name: 'path', value: '' };
      const wrong: readonly CompleteRequest['params'][] = [
        { ref: { type: 'ref/prompt', name: 'nope' }, argument },
        { ref: { type: 'ref/resource', uri: 'holdfast://windows' }, argument },
        { ref: prompt, argument: { name: 'nope', value: '' } },
        { ref: template, argument },
      ];
      for (const params of wrong) await assert.rejects(complete(params), { code: -32_602 });
    });
  });
});
