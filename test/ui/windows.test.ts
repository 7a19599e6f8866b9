import assert from 'node:assert/strict';
import path from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Agent } from '../host/agent.ts';
import { errorCodeOf, success, textOf } from '../host/agent.ts';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { crash, reload } from '../host/workbench.ts';

describe('windows', () => {
  let stage: Stage;
  let agent: Agent;

  beforeEach(async () => {
    stage = await Stage.open();
  });
  afterEach(() => stage?.close());

  it('keep their id over a reload, and a call made during the reload succeeds', async () => {
    const page = await stage.linkedWindow(stage.scratch.sample('greeter'));
    agent = await stage.agent();
    const [before] = await agent.windows();
    assert.ok(before !== undefined);

    let answering: Promise<CallToolResult> | undefined;
    await reload(page, async () => {
      const gone = await until('the window is gone', 30_000, async () => {
        const [window] = await agent.windows();
        return window?.readiness === 'reconnecting' && window;
      });
      answering = agent.call('read_buffer', { path: 'src/people.ts', window: gone.id });
    });
    assert.ok(answering !== undefined);
    assert.match(textOf(success(await answering)), /people\.ts/);
    const after = await agent.windows();
    assert.deepEqual(
      after.map(({ id, readiness }) => ({ id, readiness })),
      [{ id: before.id, readiness: 'ready' }],
    );
  });

  it('on one folder have ids of their own, and a call that fits both lists both', async () => {
    const folder = stage.scratch.sample('greeter');
    await stage.linkedWindow(folder);
    const second = await stage.linkedWindow(folder);
    agent = await stage.agent();
    const ids = (await agent.windows()).map((window) => window.id);
    assert.equal(new Set(ids).size, 2);

    const ambiguous = await agent.call('read_buffer', { path: 'src/people.ts' });
    assert.equal(errorCodeOf(ambiguous), 'ambiguous_window');
    for (const id of ids) assert.ok(textOf(ambiguous).includes(id));
    for (const id of ids) success(await agent.call('read_buffer', { path: 'src/people.ts', window: id }));
    await stage.screenshot(second, 'two-windows-one-folder');
  });

  it('on different folders get the calls for their own files', async () => {
    const folders = ['north', 'south'].map((name) => stage.scratch.sample(name));
    for (const folder of folders) await stage.linkedWindow(folder);
    agent = await stage.agent();
    const windows = await agent.windows();
    assert.deepEqual(windows.flatMap((window) => window.folders).toSorted(), folders.toSorted());
    for (const folder of folders) {
      const file = path.join(folder, 'src/people.ts');
      const edit = { path: file, old: 'Grace', new: path.basename(folder) };
      success(await agent.call('edit_buffer', { edits: [edit] }));
    }
    for (const folder of folders) {
      const answer = success(await agent.call('read_buffer', { path: path.join(folder, 'src/people.ts') }));
      assert.match(textOf(answer), new RegExp(`name: '${path.basename(folder)}'`));
    }
  });

  it('without a folder are listed as such, and refuse paths outside any workspace', async () => {
    const page = await stage.linkedWindow(undefined);
    agent = await stage.agent();
    const [window] = await agent.windows();
    assert.deepEqual(window?.folders, []);
    const file = path.join(stage.scratch.sample('elsewhere'), 'src/people.ts');
    assert.equal(errorCodeOf(await agent.call('read_buffer', { path: file })), 'outside_workspace');
    success(await agent.call('get_editor_context'));
    await stage.screenshot(page, 'no-folder');
  });
});

describe('A window whose page is gone while its extension host lives on', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open({ keepsAbandoned: true });
  });
  after(() => stage?.close());

  it('is named as the cause of calls that wait in vain, and gives way to the window that came in its place', async () => {
    const folder = stage.scratch.sample('greeter');
    const page = await stage.linkedWindow(folder);
    const agent = await stage.agent();
    const [before] = await agent.windows();
    await crash(page);
    const unanswered = await agent.call('get_diagnostics', { paths: ['src/people.ts'], wait_ms: 0 });
    assert.equal(errorCodeOf(unanswered), 'timeout');
    assert.match(textOf(unanswered), /The page of its window does not answer either\..*Ask the person to look at/s);
    await stage.linkedWindow(folder);
    const windows = await agent.windows();
    assert.ok(windows.some(({ id, readiness }) => id === before?.id && readiness === 'ready'));

    const edit = { path: 'src/people.ts', old: 'Grace', new: 'Hedy' };
    success(await agent.call('edit_buffer', { edits: [edit] }));
    const buffer = success(await agent.call('read_buffer', { path: 'src/people.ts' }));
    assert.match(textOf(buffer), /Hedy/);
  });
});
