import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../../shared/state-files.ts';
import { bridgeBundle } from '../support/bridge-build.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { tempDir } from '../support/temp-dir.ts';

const initialize =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}';

describe('the commands of holdfast', () => {
  let bridge: BridgeProcess;
  let alpha: FakeEditor;
  let beta: FakeEditor;

  before(async () => {
    bridge = await BridgeProcess.start();
    const window = (name: string) =>
      FakeEditor.connect({
        port: bridge.port,
        secret: bridge.editorSecret,
        editorId: `window-${name}`,
        window: { name, folders: [{ name, path: join(bridge.stateDir, name), uri: `file:///${name}` }] },
        handlers: {
          get_editor_context: () => ({ structured: { window: name } }),
          open_file: () => ({
            error: {
              code: 'not_found',
              message: 'No such file.',
              hint: 'Check the path.',
              retryable: false,
              executed: 'no',
            },
          }),
        },
      });
    [alpha, beta] = [await window('alpha'), await window('beta')];
  });
  after(async () => {
    await alpha.dispose();
    await beta.dispose();
    await bridge.dispose();
  });

  const run = (...args: string[]) => runHoldfast([...args, '--state-dir', bridge.stateDir]);

  it('call prints the text of a result', async () => {
    const { code, stdout, stderr } = await run('call', 'list_windows');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^window-alpha {2}alpha/);
  });

  it('call --json prints the structured result', async () => {
    const { code, stdout } = await run('call', 'get_editor_context', '{"window":"window-beta"}', '--json');
    assert.deepEqual([code, JSON.parse(stdout)], [0, { window: 'beta' }]);
  });

  it('call takes the window from its option and from the environment', async () => {
    const byOption = await run('call', 'get_editor_context', '--json', '--window', 'window-beta');
    assert.deepEqual(JSON.parse(byOption.stdout), { window: 'beta' });
    const env = { [environment.window]: 'window-alpha', [environment.stateDir]: bridge.stateDir };
    const byEnvironment = await runHoldfast(['call', 'get_editor_context', '--json'], { env });
    assert.deepEqual(JSON.parse(byEnvironment.stdout), { window: 'alpha' });
  });

  it('call stays in the window of its option, and takes that of the environment for advice', async () => {
    const inBeta = JSON.stringify({ path: join(bridge.stateDir, 'beta', 'a.ts') });
    const calls = () => [alpha.calls.length, beta.calls.length];
    const [toAlpha = 0, toBeta = 0] = calls();
    const unknown = await run('call', 'open_file', inBeta, '--window', 'window-gone');
    assert.deepEqual([unknown.code, calls()], [1, [toAlpha, toBeta]]);
    assert.match(unknown.stderr, /^unknown_window: There is no window "window-gone"\. Windows: window-alpha/);
    await run('call', 'open_file', inBeta, '--window', 'window-alpha');
    assert.deepEqual(calls(), [toAlpha + 1, toBeta]);
    for (const window of ['window-alpha', 'window-gone', '☃']) {
      const env = { [environment.window]: window, [environment.stateDir]: bridge.stateDir };
      const { stderr } = await runHoldfast(['call', 'open_file', inBeta], { env });
      assert.match(stderr, /^not_found: /, window);
    }
    assert.deepEqual(calls(), [toAlpha + 1, toBeta + 3]);
  });

  it('call exits 1 with code, next step and effect when the tool fails', async () => {
    const failed = await run('call', 'open_file', '{"path":"a.ts","window":"window-alpha"}');
    assert.deepEqual([failed.code, failed.stdout], [1, '']);
    assert.match(failed.stderr, /^not_found: No such file\.\nNext: Check the path\.\n/);
    const json = await run('call', 'open_file', '{"path":"a.ts","window":"window-alpha"}', '--json');
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.stdout)['holdfast/error'].code, 'not_found');
  });

  it('call names the tools when the one asked for does not exist', async () => {
    const { code, stderr } = await run('call', 'list_window');
    assert.equal(code, 1);
    assert.match(stderr, /^holdfast: Unknown tool "list_window".* list_windows/);
  });

  it('call says what is wrong with arguments that are no JSON object', async () => {
    for (const input of ['{path: 1}', '[1]', '"x"']) {
      const { code, stderr } = await run('call', 'list_windows', input);
      assert.equal(code, 2, input);
      assert.match(stderr, /JSON/);
    }
  });

  it('call ends its agent session', async () => {
    await run('call', 'list_windows');
    const { stdout } = await run('status', '--json');
    assert.deepEqual(JSON.parse(stdout).agents, []);
  });

  it('status shows windows and calls, for people and as JSON', async () => {
    const people = await run('status');
    assert.equal(people.code, 0);
    assert.match(
      people.stdout,
      /^Holdfast \S+ at http:\/\/127\.0\.0\.1:\d+\/mcp \(pid \d+.*\nWindows \(2\):\n {2}window-alpha {2}alpha, ready/,
    );
    const { running, instance, windows } = JSON.parse((await run('status', '--json')).stdout);
    assert.deepEqual([running, instance, windows.length], [true, bridge.event.instance, 2]);
    assert.ok(!people.stdout.includes(bridge.token));
  });

  it('status and call say plainly that no bridge runs, and exit 3', async () => {
    const dir = tempDir();
    try {
      const status = await runHoldfast(['status', '--state-dir', dir.path]);
      assert.deepEqual(
        [status.code, status.stdout],
        [3, `No bridge runs on ${dir.path}. Open VS Code with the Holdfast extension, or run: holdfast serve\n`],
      );
      const json = await runHoldfast(['status', '--json', '--state-dir', dir.path]);
      assert.deepEqual([json.code, JSON.parse(json.stdout)], [3, { running: false, stateDir: dir.path }]);
      const call = await runHoldfast(['call', 'list_windows', '--state-dir', dir.path]);
      assert.equal(call.code, 3);
      assert.match(call.stderr, /^No bridge runs on/);
    } finally {
      dir.remove();
    }
  });

  it('work in a working directory that was deleted, and name a relative state directory in it', async function () {
    // Windows deletes no directory that a process is in.
    if (process.platform === 'win32') this.skip();
    const inDeleted = (stateDir: string, args: readonly string[], input = '') => {
      const script = ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', process.execPath, bridgeBundle(), ...args];
      const { status, stdout, stderr } = spawnSync('sh', script, {
        cwd: tempDir().path,
        env: { ...process.env, [environment.stateDir]: stateDir },
        encoding: 'utf8',
        input,
      });
      return { status, stdout, stderr };
    };
    for (const args of [['status'], ['call', 'list_windows'], ['serve']]) {
      const { status, stderr } = inDeleted(bridge.stateDir, args);
      assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
    }
    const ping = inDeleted(bridge.stateDir, ['stdio'], `${initialize}\n`);
    assert.deepEqual([ping.status, JSON.parse(ping.stdout).result?.serverInfo?.name], [0, 'holdfast'], ping.stderr);
    const relative = inDeleted('state', ['status']);
    assert.equal(relative.status, 1);
    assert.match(relative.stderr, /^holdfast: The working directory.* was deleted\. Give an absolute path .*\n$/);
  });

  it('refuses a state directory that others can enter, and says how to mend it', async () => {
    const dir = tempDir();
    try {
      chmodSync(dir.path, 0o755);
      const { code, stdout, stderr } = await runHoldfast(['serve', '--json', '--state-dir', dir.path]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /has mode 755, so other users of this machine can reach it\. Run: chmod 700/);
    } finally {
      dir.remove();
    }
  });

  it('refuses to send a token that others may have read', async () => {
    chmodSync(join(bridge.stateDir, 'token'), 0o644);
    try {
      const { code, stderr } = await run('status');
      assert.equal(code, 1);
      assert.match(stderr, /token has mode 644.*chmod 600/);
    } finally {
      chmodSync(join(bridge.stateDir, 'token'), 0o600);
    }
  });

  it('answers --version, and names a wrong command and option', async () => {
    assert.match((await runHoldfast(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    const command = await runHoldfast(['serv']);
    assert.deepEqual([command.code, /Did you mean serve/.test(command.stderr)], [2, true]);
    for (const args of [['--port', 'x'], ['--port', '70000'], ['--idle-exit', 'soon'], ['--what']]) {
      const { code, stderr } = await run('serve', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.ok(stderr.includes(args[0] ?? ''));
    }
  });
});
