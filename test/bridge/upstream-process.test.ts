import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

/** A server that notes how it is asked to leave, and leaves as it was told: at the end of stdin, or never by itself. */
const source = `
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const note = (line) => appendFileSync(process.env.LEDGER, line + '\\n');
note('pid ' + process.pid);
process.on('SIGTERM', () => note('SIGTERM'));
setInterval(() => {}, 1000);
const leave = () => {
  note('end of stdin');
  if (process.env.STAYS === undefined) setTimeout(() => { note('left'); process.exit(); }, 100);
};
const answers = {
  initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'child', version: '1' } }),
  'tools/list': () => ({ tools: [{ name: 'call', inputSchema: { type: 'object' } }] }),
  'tools/call': ({ arguments: { leaveChild } }) => {
    if (!leaveChild) return { content: [] };
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    child.once('spawn', () => { note('pid ' + child.pid); process.exit(3); });
  },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  const result = answers[method]?.(params);
  if (result !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
}).on('close', leave);
`;

describe('A process behind the bridge', function () {
  this.timeout(30_000);
  let dir: TempDir;
  let scene: SdkScene | undefined;
  beforeEach(() => {
    dir = tempDir();
    appendFileSync(join(dir.path, 'ledger'), '');
  });
  afterEach(async () => {
    await scene?.dispose();
    scene = undefined;
    for (const pid of pids().filter(isThere)) process.kill(pid, 'SIGKILL');
    dir.remove();
  });

  const ledger = (): readonly string[] => readFileSync(join(dir.path, 'ledger'), 'utf8').trim().split('\n');
  const pids = (): readonly number[] =>
    ledger().flatMap((line) => (line.startsWith('pid ') ? [Number(line.slice(4))] : []));
  const isThere = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      // No such process, which is what is asked.
      return false;
    }
  };
  const serve = async (env: object = {}): Promise<SdkScene> => {
    const child = {
      command: process.execPath,
      args: ['--input-type=module', '--eval', source],
      env: { LEDGER: join(dir.path, 'ledger'), ...env },
    };
    scene = await SdkScene.startWith(dir.path, { child });
    return scene;
  };
  const call = async (from: SdkScene, given: Record<string, unknown> = {}) =>
    (await from.connect()).client.callTool({ name: 'child__call', arguments: given });

  it('has time to leave when its stdin ends, before anything is sent to it', async () => {
    const started = await serve();
    await call(started);
    await started.bridge.stop();
    assert.deepEqual(
      ledger().filter((line) => !line.startsWith('pid')),
      ['end of stdin', 'left'],
    );
  });

  it('that takes no notice of that, nor of SIGTERM, does not stay behind', async () => {
    const started = await serve({ STAYS: '1' });
    await call(started);
    await started.bridge.stop();
    assert.deepEqual(
      ledger().filter((line) => !line.startsWith('pid')),
      ['end of stdin', 'SIGTERM'],
    );
    await eventually(() => !pids().some(isThere) || undefined, 'the end of the command');
  });

  it('whose end its own child hides is started again', async () => {
    const started = await serve();
    const startMs = performance.now();
    const left = await call(started, { leaveChild: true });
    assert.match(JSON.stringify(left), /"outcome_unknown".*the server ended with 3/);
    assert.equal((await call(started)).isError, undefined);
    // Much less than the time of a call, which it took.
    assert.ok(performance.now() - startMs < 20_000);
    assert.equal(pids().length, 3);
  });
});
