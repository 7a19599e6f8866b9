import assert from 'node:assert/strict';
import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { eventually } from '../support/eventually.ts';
import type { FakeEditorOptions } from '../support/fake-editor.ts';
import { SdkScene } from '../support/sdk-scene.ts';

describe('The log that an agent gets', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let scene: SdkScene;
  beforeEach(async () => {
    scene = await SdkScene.start();
  });
  afterEach(() => scene.dispose());

  /** A client that has its stream open, and the window that was opened before its eyes. */
  const listen = async (options: Partial<FakeEditorOptions> = {}) => {
    const lines: string[] = [];
    let updates = 0;
    const connected = await scene.connect({
      setUp(client) {
        client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
          assert.equal(params.logger, 'holdfast');
          lines.push(`${params.level}: ${String(params.data)}`);
        });
        client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => {
          updates++;
        });
      },
    });
    await connected.client.subscribeResource({ uri: 'holdfast://windows' });
    const editor = await scene.openWindow(options);
    // An update is kept for a stream that is not open yet, a log line is not.
    await eventually(() => updates || undefined, 'the stream');
    const line = (pattern: RegExp) => eventually(() => lines.find((each) => pattern.test(each)), `${pattern}`);
    return { ...connected, editor, lines, line };
  };
  const handlers = { read_buffer: () => ({ structured: { text: 'secret' } }) };

  it('tells of windows that go, and of those that come when it asks for more', async () => {
    const { client, editor: first, lines, line } = await listen({ editorId: 'w-first' });
    await first.drop();
    await line(/^warning: Window w-first .* has lost its link/);
    assert.equal(lines.length, 1);
    await client.setLoggingLevel('info');
    await first.connect();
    await line(/^info: Window w-first .* is back\.$/);
    await scene.openWindow({ editorId: 'w-second' });
    await line(/^info: Window w-second .* has connected\.$/);
  });

  it('tells beside its answer how a call went, and never what it was about', async () => {
    const { client, lines } = await listen({ handlers });
    const call = () => client.callTool({ name: 'read_buffer', arguments: { path: 'private.ts' } });
    await call();
    assert.deepEqual(lines, []);
    await client.setLoggingLevel('debug');
    await call();
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^debug: read_buffer was answered after \d+ ms$/);
  });

  it('tells why a call takes long when its window is away', async () => {
    const { client, editor, line } = await listen({ handlers });
    await client.setLoggingLevel('info');
    await editor.drop();
    await line(/has lost its link/);
    const call = client.callTool({ name: 'read_buffer', arguments: { path: 'a.ts' } });
    await line(/^info: read_buffer waits for window .* to return$/);
    await editor.connect();
    assert.deepEqual((await call).structuredContent, { text: 'secret' });
  });

  it('refuses a level that MCP does not have', async () => {
    const { client } = await scene.connect();
    const params = { level: 'loud' };
    await assert.rejects(client.request({ method: 'logging/setLevel', params }, LoggingMessageNotificationSchema), {
      code: -32_602,
    });
  });
});
