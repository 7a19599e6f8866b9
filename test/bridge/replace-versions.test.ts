import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { closeCodes } from '../../shared/protocol.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { otherBuild } from '../support/other-build.ts';
import { ReplaceScene } from '../support/replace-scene.ts';
import { isAlive } from '../support/start-rig.ts';

const signal = new AbortController().signal;
/** As the first link version had them. */
const firstMessages: ReadonlySet<string> = new Set(['welcome', 'id_in_use', 'call', 'cancel', 'ack', 'status']);
const settleMs = 1_500;

describe('Bridges and windows of two versions', function () {
  this.timeout(60_000);
  let scene: ReplaceScene;
  let editor: FakeEditor | undefined;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    scene = new ReplaceScene();
  });
  afterEach(async () => {
    await editor?.dispose();
    child?.kill('SIGKILL');
    editor = undefined;
    child = undefined;
    scene.dispose();
  });

  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it('get along side by side: the newer bridge stays, whoever comes and whoever starts one', async () => {
    const before = await scene.start('0.1.0');
    const older = await scene.window('0.1.0', 'window-1');
    await older.online('0.1.0');
    const newer = await scene.window('0.2.0', 'window-2');
    const after = await newer.online('0.2.0');
    await older.online('0.2.0');
    await pause(settleMs);
    assert.deepEqual(older.bridges, [before.instance, after]);
    assert.equal(newer.bridges.at(-1), after);
    process.kill(scene.record.pid, 'SIGKILL');
    const differs = (instance: string) => (instance === after ? undefined : instance);
    const next = await eventually(async () => differs(await newer.online('0.2.0')), 'the next bridge');
    await eventually(async () => ((await older.online('0.2.0')) === next ? true : undefined), 'the older window');
    await pause(settleMs);
    assert.deepEqual([older.bridges.at(-1), newer.bridges.at(-1)], [next, next]);
    assert.ok(older.bridges.length <= 4, `ping-pong: ${older.bridges.length} links`);
  });

  it('serves a window of the first link version in its version, and lets it go when its call is answered', async () => {
    const before = await scene.start('0.1.0');
    const { port } = before;
    editor = new FakeEditor({
      port,
      secret: scene.file(stateFiles.editorSecret),
      editorId: 'window-1',
      tools: ['open_file'],
    });
    await editor.open();
    editor.send(editor.hello({ version: 1 }));
    assert.equal((await editor.welcomed()).version, 1);
    const answer = scene.openFile('in-flight');
    const call = await editor.callNumber(1);
    assert.deepEqual(await (await scene.side('0.2.0')).replace(signal), { kind: 'replaced' });
    assert.ok(isAlive(before.pid));
    const start = { line: 1, column: 1 };
    editor.result(call.id, { structured: { path: 'in-flight', start, end: start, focused: false } });
    assert.match((await answer).text, /in-flight/);
    assert.equal((await editor.closed()).code, closeCodes.replaced);
    assert.deepEqual(
      editor.received.filter(({ type }) => !firstMessages.has(type)),
      [],
    );
    await editor.open();
    editor.send(editor.hello({ version: 1 }));
    const { version, bridgeVersion } = await editor.welcomed();
    assert.deepEqual([version, bridgeVersion], [1, '0.2.0']);
  });

  it('keeps the real link of the first version over the replacement', async () => {
    await scene.start('0.1.0');
    const entry = 'test/bench/servers/window.ts';
    const program = await otherBuild({ entry, version: '0.0.9', firstLink: true });
    const states: string[] = [];
    child = fork(program, [JSON.stringify({ stateDir: scene.rig.stateDir })]);
    child.on('message', (message: { kind: string }) => states.push(message.kind));
    const times = (count: number) =>
      eventually(
        () => (states.filter((kind) => kind === 'online').length === count ? true : undefined),
        `link number ${count}: ${states.join(' ')}`,
      );
    await times(1);
    await (await scene.side('0.2.0')).replace(signal);
    await times(2);
    assert.deepEqual(states, ['connecting', 'online', 'connecting', 'online']);
  });

  it('replaces a bridge of the first link version, which knows no handover, by ending it', async () => {
    const before = await scene.start('0.1.0', { firstLink: true });
    const window = await scene.window('0.2.0');
    const after = await window.online('0.2.0');
    assert.deepEqual(window.bridges, [before.instance, after]);
    assert.equal(scene.record.port, before.port);
  });

  it('links to a bridge of the first link version that it may not replace', async () => {
    await scene.start('0.1.0', { firstLink: true });
    const window = await scene.window('0.2.0', 'window-1', false);
    await window.online('0.1.0');
    assert.match((await scene.openFile('by-the-first-link')).text, /Opened by-the-first-link/);
    await pause(settleMs);
    assert.equal(window.bridges.length, 1);
  });
});
