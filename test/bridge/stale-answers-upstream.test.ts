import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { LiveProcess } from '../support/live-servers/live-process.ts';
import { liveServers } from '../support/live-servers/live-servers.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { tempDir } from '../support/temp-dir.ts';

/** One for each way of saying it, in each generation of the SDK. */
const keys = ['v1-single', 'v2-map', 'gateway-3', 'everything'];

describe('Servers from npm behind the bridge', function () {
  this.timeout(180_000);
  const dir = tempDir();
  const processes = new Map<string, LiveProcess>();
  let scene: SdkScene | undefined;
  after(async () => {
    await scene?.dispose();
    await Promise.all([...processes.values()].map((live) => live.kill()));
    dir.remove();
  });

  it('that are killed and started again answer an agent’s next call, each in one new session', async () => {
    const servers = liveServers.filter(({ key }) => keys.includes(key));
    assert.equal(servers.length, keys.length);
    await Promise.all(servers.map(async (server) => processes.set(server.key, await LiveProcess.start(server))));
    const upstreams = Object.fromEntries(
      [...processes].map(([key, { url }]) => [key, { url, trustHints: true }] as const),
    );
    const stateDir = join(dir.path, 'state');
    mkdirSync(stateDir, { mode: 0o700 });
    writeFileSync(join(stateDir, 'config.json'), JSON.stringify({ upstreams }));
    scene = await SdkScene.start({ stateDir });
    const { bridge } = scene;
    const { client } = await scene.connect();
    const callAll = (message: string) =>
      Promise.all(
        keys.map(async (key) => {
          const { content } = await client.callTool({ name: `${key}__echo`, arguments: { message } });
          assert.match(JSON.stringify(content), new RegExp(message), key);
        }),
      );
    await callAll('before');

    await Promise.all([...processes.values()].map((live) => live.kill()));
    await Promise.all([...processes.values()].map((live) => live.start()));
    await callAll('after');
    const healed = await eventually(() => {
      const lines = bridge.stderr.split('\n').filter((line) => line.includes('the session was stale'));
      return lines.length < keys.length ? undefined : lines;
    }, 'the log of four new sessions');
    const said = healed.map((line) => /\((\w+)\)/.exec(line)?.[1] ?? line);
    const inOrder = (rules: readonly string[]) => rules.toSorted((one, other) => one.localeCompare(other));
    assert.deepEqual(inOrder(said), inOrder(servers.map(({ rule }) => rule)), bridge.stderr);
  });
});
