import assert from 'node:assert/strict';
import { runCli } from '../../../server/cli.ts';
import {
  OptionError,
  parseCallTimeout,
  parseHost,
  parseIdleExit,
  parseOnStale,
  parsePort,
  parseToolInput,
} from '../../../server/options.ts';

describe('the options of holdfast', () => {
  it('take a port from 0 to 65535', () => {
    assert.deepEqual(['0', '80', '65535'].map(parsePort), [0, 80, 65_535]);
    for (const wrong of ['', '-1', '65536', '1.5', '0x50', 'http', ' 80'])
      assert.throws(() => parsePort(wrong), OptionError);
  });

  it('take the loopback address only', () => {
    assert.deepEqual(['127.0.0.1', 'localhost'].map(parseHost), ['127.0.0.1', '127.0.0.1']);
    for (const wrong of ['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.evil.example', '']) {
      assert.throws(() => parseHost(wrong), /is refused: .*SSH tunnel/);
    }
  });

  it('take what to do about stale session ids', () => {
    assert.deepEqual(['heal', 'diagnose', 'adopt'].map(parseOnStale), ['heal', 'diagnose', 'adopt']);
    for (const wrong of ['', 'Heal', 'ignore']) {
      assert.throws(() => parseOnStale(wrong), /--on-stale takes heal, diagnose, adopt, not/);
    }
  });

  it('take times with a unit, and never', () => {
    assert.deepEqual(['500ms', '90s', '10m', '1h', '1.5h', '0', 'never'].map(parseIdleExit), [
      500,
      90_000,
      600_000,
      3_600_000,
      5_400_000,
      'never',
      'never',
    ]);
    for (const wrong of ['', '10', 'm', '-1m', '0s', '9999h', '1d', 'soon']) {
      assert.throws(() => parseIdleExit(wrong), /--idle-exit takes a time such as 90s, 10m or 1h, or "never"/);
    }
  });

  it('bound the time of a call by what a tool may take', () => {
    assert.equal(parseCallTimeout('45s'), 45_000);
    assert.throws(() => parseCallTimeout('46s'), /at most 45s/);
  });

  it('take the arguments of a tool as one JSON object', () => {
    assert.deepEqual(parseToolInput('{"a":[1]}'), { a: [1] });
    for (const wrong of ['{a:1}', '[]', 'null', '1', ''])
      assert.throws(() => parseToolInput(wrong), /for example '\{"path"/);
  });
});

describe('the command line of holdfast', () => {
  async function run(...args: string[]): Promise<unknown[]> {
    const seen: unknown[] = [];
    const note = (name: string) => (options: unknown) => {
      seen.push([name, options]);
      return Promise.resolve(7);
    };
    const stateDir = (option: string | undefined) => option ?? '/default';
    const out: string[] = [];
    const write = (text: string) => void out.push(text);
    const deps = {
      version: '1.2.3',
      stateDir,
      serve: note('serve'),
      status: note('status'),
      call: note('call'),
      rotate: note('rotate'),
      stdio: note('stdio'),
      stdout: write,
      stderr: write,
    };
    seen.push(await runCli(args, deps));
    return [...seen, out.join('')];
  }

  it('hands parsed options to its commands and returns their exit codes', async () => {
    assert.deepEqual(await run('serve'), [
      [
        'serve',
        {
          port: undefined,
          stateDir: '/default',
          idleExitMs: 600_000,
          onStale: undefined,
          json: false,
          successor: false,
        },
      ],
      7,
      '',
    ]);
    assert.deepEqual(
      await run(
        ...['serve', '--port', '0', '--json', '--idle-exit', 'never', '--state-dir', '/s', '--host', 'localhost'],
        ...['--on-stale', 'diagnose'],
      ),
      [
        ['serve', { port: 0, stateDir: '/s', idleExitMs: 'never', onStale: 'diagnose', json: true, successor: false }],
        7,
        '',
      ],
    );
    assert.deepEqual(await run('stdio', '--state-dir', '/s', '--window', 'w'), [
      ['stdio', { stateDir: '/s', window: 'w' }],
      7,
      '',
    ]);
    assert.deepEqual(await run('status', '--json'), [['status', { stateDir: '/default', json: true }], 7, '']);
    assert.deepEqual(await run('rotate'), [['rotate', { stateDir: '/default', json: false }], 7, '']);
    assert.deepEqual(await run('call', 'read_buffer', '{"path":"a"}', '--window', 'w', '--timeout', '5s'), [
      [
        'call',
        { tool: 'read_buffer', input: { path: 'a' }, stateDir: '/default', json: false, window: 'w', timeoutMs: 5_000 },
      ],
      7,
      '',
    ]);
    assert.deepEqual(await run('call', 'list_windows'), [
      [
        'call',
        { tool: 'list_windows', input: {}, stateDir: '/default', json: false, window: undefined, timeoutMs: 45_000 },
      ],
      7,
      '',
    ]);
  });

  it('exits 0 with help and version and 2 on wrong usage', async () => {
    assert.deepEqual(await run('--version'), [0, '1.2.3\n']);
    const [code, help] = await run('--help');
    assert.equal(code, 0);
    assert.match(String(help), /Exit codes: 0 done, 1 failed \(or the tool failed\), 2 wrong usage, 3 no bridge runs/);
    for (const wrong of [[], ['nope'], ['call'], ['serve', 'extra'], ['serve', '--nope'], ['serve', '--port', 'x']]) {
      assert.equal((await run(...wrong))[0], 2, wrong.join(' '));
    }
  });
});
