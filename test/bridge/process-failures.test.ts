import assert from 'node:assert/strict';
import { join } from 'node:path';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

const anotherToken = `${'A'.repeat(43)}\n`;

describe('A command that fails', () => {
  let dir: TempDir;
  let bridge: BridgeProcess;
  let window: FakeEditor;

  beforeEach(async () => {
    dir = tempDir();
    bridge = await BridgeProcess.start();
    window = await FakeEditor.connect({
      port: bridge.port,
      secret: bridge.editorSecret,
      handlers: { open_file: () => undefined, get_editor_context: () => undefined },
    });
  });
  afterEach(async () => {
    await window.dispose();
    await bridge.dispose();
    dir.remove();
  });

  const run = (...args: string[]) => runHoldfast([...args, '--state-dir', bridge.stateDir]);
  /** Each failure in both forms: of people, without a stack, and as one line of JSON. */
  const failed = async (...args: string[]) => {
    const people = await run(...args);
    const { code, stdout, stderr } = await run(...args, '--json');
    assert.deepEqual([people.code, people.stdout, stderr], [code, '', '']);
    assert.doesNotMatch(people.stderr, /^ {4}at /m);
    const { isError, text, ...more } = JSON.parse(stdout);
    assert.ok(isError === true && people.stderr.endsWith(`${text}\n`), `${people.stderr} is not ${text}`);
    return { code, text, error: more['holdfast/error'] };
  };

  it('for want of time says what that means for a call that changes something, and for one that does not', async () => {
    const { code, text, error } = await failed('call', 'open_file', '{"path":"a.ts"}', '--timeout', '2s');
    assert.equal(code, 1);
    assert.match(text, /^timeout: No answer to open_file came within the time of --timeout\.\nNext: Read the affected/);
    assert.deepEqual([error.code, error.executed, error.retryable], ['timeout', 'unknown', false]);
    const read = await failed('call', 'get_editor_context', '--timeout', '300ms');
    assert.deepEqual([read.error.executed, read.error.retryable], ['no', true]);
  });

  it('because the bridge died during the call says that its outcome is unknown', async () => {
    const calls = window.calls.length;
    const running = run('call', 'open_file', '{"path":"a.ts"}', '--json');
    await window.callNumber(calls + 1);
    await bridge.kill();
    const { code, stdout, stderr } = await running;
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(
      JSON.parse(stdout).text,
      /^outcome_unknown: No answer to open_file came from the bridge \(.+\)\.\nNext: /,
    );
  });

  it('for another reason says it in a sentence', async () => {
    const unknown = await failed('call', 'list_window');
    assert.match(unknown.text, /^Unknown tool "list_window"/);
    bridge.write('token', anotherToken);
    const [status, call] = [await failed('status'), await failed('call', 'list_windows')];
    assert.match(status.text, /^the bridge answered 401 to \/status: /);
    assert.match(call.text, /^Unauthorized: the bearer token is not the right one/);
    assert.deepEqual([unknown.code, status.code, call.code], [1, 1, 1]);
  });

  it('because the bridge is stopped names its process, and works when that goes on', async () => {
    // Elsewhere nothing stops a process.
    if (process.platform === 'win32') return;
    const { pid } = bridge.event;
    process.kill(pid, 'SIGSTOP');
    const silent = `the bridge (process ${pid}) does not answer: it is stopped, or hangs. Let that process go on or end it, then run this again`;
    const [status, call] = await Promise.all([failed('status'), failed('call', 'list_windows')]);
    assert.deepEqual([status.code, status.text, call.text], [1, silent, silent]);
    process.kill(pid, 'SIGCONT');
    assert.equal((await run('status')).code, 0);
  });

  it('because of its state directory names the path', async () => {
    const path = join(bridge.stateDir, 'token', 'below');
    for (const args of [['status'], ['call', 'list_windows'], ['rotate']]) {
      const { code, stderr } = await runHoldfast([...args, '--state-dir', path]);
      assert.equal(code, 1);
      assert.match(stderr, /^holdfast: .*token\/below cannot be read \(ENOTDIR\)\. .*\n$/);
    }
    const none = await runHoldfast(['call', 'list_windows', '--json', '--state-dir', dir.path]);
    assert.deepEqual([none.code, none.stderr, JSON.parse(none.stdout).isError], [3, '', true]);
  });
});
