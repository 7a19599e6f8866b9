import assert from 'node:assert/strict';
import { McpError, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { eventually } from '../support/eventually.ts';
import type { McpClient } from '../support/mcp-client.ts';
import { SdkScene } from '../support/sdk-scene.ts';

const handlers = {
  get_editor_context: () => ({ structured: { active: null } }),
  get_diagnostics: () => ({ structured: { files: [], cursor: 'c1' } }),
};

/** The one content of a resource, which has to be JSON. */
async function read({ client }: McpClient, uri: string): Promise<unknown> {
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  assert.deepEqual([contents.length, first?.uri, first?.mimeType], [1, uri, 'application/json']);
  return JSON.parse(first !== undefined && 'text' in first ? first.text : '');
}

describe('Resources', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let scene: SdkScene;
  beforeEach(async () => {
    scene = await SdkScene.start();
  });
  afterEach(() => scene.dispose());

  it('are listed, with templates for a window of choice, whatever windows there are', async () => {
    const { client } = await scene.connect();
    const listed = async () => [
      (await client.listResources()).resources.map(({ uri }) => uri),
      (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    ];
    const expected = [
      ['holdfast://windows', 'holdfast://context', 'holdfast://diagnostics'],
      ['holdfast://windows/{window}/context', 'holdfast://windows/{window}/diagnostics'],
    ];
    assert.deepEqual(await listed(), expected);
    await scene.openWindow({ handlers });
    assert.deepEqual(await listed(), expected);
  });

  it("read as the matching tool's structured answer", async () => {
    const connected = await scene.connect();
    assert.deepEqual(await read(connected, 'holdfast://windows'), { windows: [] });
    const { editorId, calls } = await scene.openWindow({ handlers });
    const listed = await connected.client.callTool({ name: 'list_windows', arguments: {} });
    assert.deepEqual(await read(connected, 'holdfast://windows'), listed.structuredContent);
    assert.deepEqual(await read(connected, 'holdfast://context'), { active: null });
    assert.deepEqual(await read(connected, `holdfast://windows/${editorId}/diagnostics`), { files: [], cursor: 'c1' });
    assert.deepEqual(
      calls.map(({ tool, input }) => [tool, input]),
      [
        ['get_editor_context', {}],
        ['get_diagnostics', { window: editorId }],
      ],
    );
  });

  it('of a template come from its window and no other', async () => {
    const connected = await scene.connect();
    const named = (name: string) => ({ get_editor_context: () => ({ structured: { name } }) });
    const a = await scene.openWindow({ handlers: named('a') });
    const b = await scene.openWindow({ handlers: named('b') });
    assert.deepEqual(await read(connected, `holdfast://windows/${a.editorId}/context`), { name: 'a' });
    assert.deepEqual(await read(connected, `holdfast://windows/${b.editorId}/context`), { name: 'b' });
    const ambiguous = connected.client.readResource({ uri: 'holdfast://context' });
    await assert.rejects(ambiguous, (error: unknown) => error instanceof McpError && error.code === -32_603);
    await assert.rejects(connected.client.readResource({ uri: 'holdfast://context' }), /ambiguous_window/);
  });

  it('that do not exist are errors that name the URI', async () => {
    const { client } = await scene.connect();
    for (const uri of [
      'holdfast://nothing',
      'holdfast://windows/w-none/context',
      'holdfast://windows/w-none/toString',
      'holdfast://windows/',
      'file:///etc/passwd',
      '',
    ]) {
      await assert.rejects(client.readResource({ uri }), (error: unknown) => {
        assert.ok(error instanceof McpError);
        assert.deepEqual([error.code, error.data], [-32_002, { uri }]);
        return true;
      });
    }
  });

  it('that no window can show are errors in the words of the tool', async () => {
    const { client } = await scene.connect();
    await assert.rejects(client.readResource({ uri: 'holdfast://diagnostics' }), (error: unknown) => {
      assert.ok(error instanceof McpError);
      assert.equal(error.code, -32_603);
      assert.match(error.message, /no_window: .*\nNext: /);
      return true;
    });
  });

  it('whose reading is cancelled cancel it in the window', async () => {
    const editor = await scene.openWindow({ handlers: { get_diagnostics: () => undefined } });
    const { client, errors } = await scene.connect();
    const cancel = new AbortController();
    const reading = client.readResource({ uri: 'holdfast://diagnostics' }, { signal: cancel.signal });
    const { id } = await editor.callNumber(1);
    cancel.abort('enough');
    await assert.rejects(reading, /enough/);
    await eventually(() => editor.cancels.find((cancelled) => cancelled === id), 'the cancel');
    assert.deepEqual(errors, []);
  });

  describe('that an agent subscribed to', () => {
    const watch = async (uris: readonly string[]) => {
      const updated: string[] = [];
      const connected = await scene.connect({
        setUp: (client) =>
          client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
            updated.push(params.uri);
          }),
      });
      for (const uri of uris) await connected.client.subscribeResource({ uri });
      return { ...connected, updated };
    };

    it('are told when they change: the windows, and what one of them shows', async () => {
      const editor = await scene.openWindow({ handlers });
      const own = `holdfast://windows/${editor.editorId}/diagnostics`;
      const { updated, client } = await watch(['holdfast://windows', 'holdfast://diagnostics', own]);
      editor.send({ type: 'event', window: { focused: true } });
      await eventually(() => updated.includes('holdfast://windows') || undefined, 'the update of the windows');
      assert.deepEqual(updated.splice(0), ['holdfast://windows']);
      editor.send({ type: 'event', window: { revisions: { context: 1, diagnostics: 1 } } });
      await eventually(() => updated.length >= 2 || undefined, 'the update of the diagnostics');
      assert.deepEqual(updated.splice(0).sort(), ['holdfast://diagnostics', own]);
      await client.unsubscribeResource({ uri: own });
      editor.send({ type: 'event', window: { revisions: { context: 1, diagnostics: 2 } } });
      await eventually(() => updated.length > 0 || undefined, 'the last update');
      assert.deepEqual(updated, ['holdfast://diagnostics']);
    });

    it('are told to nobody else', async () => {
      const editor = await scene.openWindow({ handlers });
      const [one, other] = [await watch(['holdfast://windows']), await watch(['holdfast://context'])];
      editor.send({ type: 'event', window: { focused: true } });
      await eventually(() => one.updated.length > 0 || undefined, 'the update');
      await other.client.ping();
      assert.deepEqual(other.updated, []);
    });

    it('can be any that exists or may come, and nothing else', async () => {
      const { client } = await watch(['holdfast://windows/w-later/context']);
      await assert.rejects(client.subscribeResource({ uri: 'holdfast://nothing' }), { code: -32_002 });
    });
  });
});
