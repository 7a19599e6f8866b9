import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

/** A server of the SDK's own on stdin and stdout; each process notes its id and each write. */
const source = `
import { appendFileSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
const note = (line) => appendFileSync(process.env.LEDGER, line + '\\n');
note('pid ' + process.pid);
const server = new Server({ name: 'child', version: '1' }, { capabilities: { tools: {} } });
server.oninitialized = () => note('initialized');
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: ['write', 'die'].map((name) => ({ name, inputSchema: { type: 'object' } })),
}));
server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification }) => {
  note(params.name);
  if (params.name === 'die') process.exit(3);
  const progressToken = params._meta?.progressToken;
  if (progressToken !== undefined)
    await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
  return { content: [{ type: 'text', text: 'done ' + JSON.stringify(params.arguments) }] };
});
await server.connect(new StdioServerTransport());
`;

describe('A command behind the bridge', function () {
  this.timeout(30_000);
  let dir: TempDir;
  let scene: SdkScene | undefined;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(async () => {
    await scene?.dispose();
    scene = undefined;
    dir.remove();
  });

  const ledger = (): readonly string[] => readFileSync(join(dir.path, 'ledger'), 'utf8').trim().split('\n');
  const pids = (): readonly number[] =>
    ledger().flatMap((line) => (line.startsWith('pid ') ? [Number(line.slice(4))] : []));
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      // No such process, which is what is asked.
      return true;
    }
  };
  const serve = async (command = process.execPath, cwd = resolve(import.meta.dirname, '../..')): Promise<SdkScene> => {
    const child = {
      command,
      args: ['--input-type=module', '--eval', source],
      env: { LEDGER: join(dir.path, 'ledger') },
      cwd,
    };
    scene = await SdkScene.startWith(dir.path, { child });
    return scene;
  };

  it('is started once, answers agents, tells its progress, and leaves with the bridge', async () => {
    const started = await serve();
    const { client } = await started.connect();
    const seen: number[] = [];
    const answer = await client.callTool({ name: 'child__write', arguments: { a: 1 } }, undefined, {
      onprogress: ({ progress }) => void seen.push(progress),
    });
    assert.deepEqual(answer.content, [{ type: 'text', text: 'done {"a":1}' }]);
    assert.deepEqual(seen, [1]);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => name.startsWith('child__')),
      ['child__write', 'child__die'],
    );
    assert.equal(pids().length, 1);
    await started.bridge.stop();
    await eventually(() => pids().every(isGone) || undefined, 'the end of the command');
  });

  it('that dies is started again: the call that it took is unknown, and a later one runs once', async () => {
    const { client } = await (await serve()).connect();
    const died = await client.callTool({ name: 'child__die', arguments: {} });
    assert.match(JSON.stringify(died), /"code":"outcome_unknown".*"executed":"unknown"/);
    assert.equal((await client.callTool({ name: 'child__write', arguments: {} })).isError, undefined);
    const [first] = pids();
    assert.ok(first !== undefined);
    assert.equal(pids().length, 2);
    assert.deepEqual(
      ledger().filter((line) => !line.startsWith('pid')),
      ['initialized', 'die', 'initialized', 'write'],
    );
  });

  it('leaves when its bridge is killed', async () => {
    const started = await serve();
    await (await started.connect()).client.callTool({ name: 'child__write', arguments: {} });
    await started.bridge.kill();
    await eventually(() => pids().every(isGone) || undefined, 'the end of the command');
  });

  for (const [what, command, cwd, said] of [
    ['that does not exist', join('/', 'nowhere', 'server'), undefined, /\/nowhere\/server cannot be started: .*ENOENT/],
    [
      'whose folder does not exist',
      undefined,
      join('/', 'nowhere'),
      / cannot be started: there is no folder \/nowhere/,
    ],
  ] as const) {
    it(`${what} is told by the status`, async () => {
      const { bridge } = await serve(command, cwd);
      const status = await eventually(async () => {
        const { stdout } = await runHoldfast(['status', '--state-dir', bridge.stateDir]);
        return stdout.includes('cannot be started') ? stdout : undefined;
      }, 'the reason');
      assert.match(status, new RegExp(`MCP server child: (connecting|away) \\(.*${said.source}\\)`));
    });
  }
});
