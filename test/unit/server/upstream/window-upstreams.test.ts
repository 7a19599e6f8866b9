import assert from 'node:assert/strict';
import { EditorRegistry } from '../../../../server/editors/editor-registry.ts';
import { WindowUpstreams } from '../../../../server/upstream/window-upstreams.ts';
import { limits } from '../../../../shared/limits.ts';
import type { UpstreamConfig } from '../../../../shared/upstream-config.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeSessionLink, fakeHello, nothingKnown } from '../../../support/fake-session-link.ts';
import { memoryLog } from '../../../support/memory-log.ts';
import { sampleWindow } from '../../../support/sample-window.ts';

type Configs = Readonly<Record<string, UpstreamConfig>>;

const docs = { url: 'http://127.0.0.1:1/mcp' };
const tool = { command: 'node', args: ['tool.mjs'] };

describe('the servers of config.json and of windows', () => {
  let applied: Configs;
  let lines: string[];
  let changes: number;
  let servers: WindowUpstreams;

  const create = (fixed: Configs = {}): void => {
    const { log, lines: written } = memoryLog();
    lines = written;
    changes = 0;
    servers = new WindowUpstreams({
      fixed,
      set: {
        apply: (configs) => {
          applied = configs;
        },
        list: () => [],
      },
      log,
      changed: () => changes++,
    });
  };
  beforeEach(() => create());

  const window = (id: string, folder?: string) => ({
    id,
    window: {
      ...sampleWindow,
      name: `name of ${id}`,
      folders: folder === undefined ? [] : [{ name: id, path: folder, uri: `file://${folder}` }],
    },
  });
  const config = (change: Partial<UpstreamConfig>): UpstreamConfig => ({
    args: [],
    env: {},
    headers: {},
    trustHints: false,
    ...change,
  });
  const refused = () =>
    servers.status.refusedUpstreams.map(({ name, window: id, reason }) => `${id} ${name}: ${reason}`);

  it('are those of config.json alone as long as no window offers any', () => {
    create({ own: config(docs) });
    assert.deepEqual(applied, { own: config(docs) });
  });

  it('are both, and a window takes back what it does not offer any more', () => {
    create({ own: config(docs) });
    servers.offer(window('w-1'), { docs: { url: 'http://127.0.0.1:2/mcp' } });
    assert.deepEqual(Object.keys(applied), ['own', 'docs']);
    servers.offer(window('w-1'), {});
    assert.deepEqual(Object.keys(applied), ['own']);
    assert.equal(changes, 2);
  });

  it('are one where several windows offer the same, and stay until the last of them is gone', () => {
    const env = { A: '1', B: '2' };
    servers.offer(window('w-1'), { tool: { ...tool, env } });
    servers.offer(window('w-2'), { tool: { ...tool, env: { B: '2', A: '1' } } });
    assert.deepEqual([Object.keys(applied), refused()], [['tool'], []]);
    servers.forget('w-1');
    assert.deepEqual(applied, { tool: config({ ...tool, env }) });
    servers.forget('w-2');
    assert.deepEqual(applied, {});
  });

  it('run their commands in the first folder of the window, also when another window takes over', () => {
    servers.offer(window('w-1', '/one'), { tool, docs, placed: { ...tool, cwd: '/else' } });
    const expected = {
      tool: config({ ...tool, cwd: '/one' }),
      docs: config(docs),
      placed: config({ ...tool, cwd: '/else' }),
    };
    assert.deepEqual(applied, expected);
    servers.offer(window('w-2', '/two'), { tool, docs, placed: { ...tool, cwd: '/else' } });
    servers.forget('w-1');
    assert.deepEqual(applied, expected);
    servers.forget('w-2');
    servers.offer(window('w-2', '/two'), { tool });
    assert.deepEqual(applied, { tool: config({ ...tool, cwd: '/two' }) });
  });

  it('are those of config.json where a window has another one of that name, and the window is told', () => {
    create({ docs: config(docs), same: config(docs) });
    servers.offer(window('w-1'), { docs: tool, same: docs });
    assert.deepEqual(applied, { docs: config(docs), same: config(docs) });
    assert.deepEqual(refused(), [
      "w-1 docs: the bridge's config.json has another server of this name; give one of them another name, or make them the same",
    ]);
  });

  it('are those of the earlier window where a later one has another one of that name, until the name is free', () => {
    servers.offer(window('w-2'), { docs });
    servers.offer(window('w-1'), { docs: tool });
    assert.deepEqual(applied, { docs: config(docs) });
    const told = [
      'w-1 docs: the window w-2 ("name of w-2") has another server of this name; give one of them another name, or make them the same',
    ];
    assert.deepEqual(refused(), told);
    // The earlier window says the same again, for example after a reload: it has not become a later one.
    servers.offer(window('w-2'), { docs, more: tool });
    assert.deepEqual(refused(), told);
    servers.forget('w-2');
    assert.deepEqual([applied, refused()], [{ docs: config(tool) }, []]);
  });

  it('give way when their own window changes them, in the order in which they were changed', () => {
    servers.offer(window('w-1'), { docs });
    servers.offer(window('w-2'), { docs });
    servers.offer(window('w-1'), { docs: tool });
    assert.deepEqual([applied, refused().length], [{ docs: config(docs) }, 1]);
    servers.offer(window('w-2'), { docs: tool });
    assert.deepEqual([applied, refused()], [{ docs: config(tool) }, []]);
  });

  it('are checked one by one, and the log names each that is not used once and without what it holds', () => {
    const given = { good: docs, a__b: docs, none: {}, newer: { ...docs, surprise: 's3cret' } };
    servers.offer(window('w-1'), given);
    servers.offer(window('w-1'), { ...given, more: docs });
    assert.deepEqual(Object.keys(applied), ['good', 'more']);
    assert.deepEqual(refused(), [
      'w-1 a__b: names of servers are letters and digits, with single "-" or "_" between',
      'w-1 none: a server needs either "url" or "command"',
      'w-1 newer: Unrecognized key: "surprise"',
    ]);
    assert.equal(lines.length, 3);
    assert.doesNotMatch(lines.join(), /s3cret/);
  });

  it('are no more per window than the limit', () => {
    const names = Array.from({ length: limits.windowUpstreamsMax + 1 }, (_, index) => `s${index}`);
    servers.offer(window('w-1'), Object.fromEntries(names.map((name) => [name, docs])));
    assert.equal(Object.keys(applied).length, limits.windowUpstreamsMax);
    assert.match(refused().join(), /^w-1 s50: a window may offer 50 servers at most$/);
  });

  it('stay through a reload of their window, and go when its grace is over', async () => {
    const clock = new FakeClock();
    const registry = new EditorRegistry({
      instance: 'i',
      version: '1',
      clock,
      log: memoryLog().log,
      known: nothingKnown,
    });
    registry.onDidOffer(({ window: from, servers: given }) => servers.offer(from, given));
    registry.onDidForget((id) => servers.forget(id));
    const link = new FakeSessionLink();
    await registry.admit(fakeHello(), link);
    link.receive({ type: 'upstreams', servers: { tool } });
    const running = applied['tool'];
    assert.equal(running?.cwd, '/home/me/greeter');
    link.drop();
    await clock.advance(limits.graceMs - 1);
    const reloaded = new FakeSessionLink();
    await registry.admit(fakeHello({ epoch: 'epoch-2' }), reloaded);
    assert.equal(applied['tool'], running);
    reloaded.receive({ type: 'upstreams', servers: { tool } });
    assert.equal(applied['tool'], running);
    reloaded.drop();
    await clock.advance(limits.graceMs - 1);
    assert.equal(applied['tool'], running);
    await clock.advance(1);
    assert.deepEqual(applied, {});
    registry.dispose();
  });
});
