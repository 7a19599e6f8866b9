import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { windowHeader } from '../shared/agent-headers.ts';
import { systemClock } from '../shared/clock.ts';
import { limits } from '../shared/limits.ts';
import { createLog } from '../shared/log.ts';
import { acquireSocketLock } from '../shared/socket-lock.ts';
import { environment } from '../shared/state-files.ts';
import { findBridge } from './bridge-client.ts';
import { currentBoot } from './bridge-file.ts';
import { bridgeLockPath, nodeSocketLock, startLockPath } from './node-socket-lock.ts';
import { ensurePrivateDirectory } from './private-files.ts';
import { Breaker } from './recovery/breaker.ts';
import { Connection } from './recovery/connection.ts';
import { LegacySession } from './recovery/legacy-session.ts';
import { RecoveringClient } from './recovery/recovering-client.ts';
import { stateDirPath } from './state-dir.ts';
import { createBridgeConnector } from './stdio/bridge-connector.ts';
import { CallKeys } from './stdio/call-keys.ts';
import { LineWriter, readLines } from './stdio/lines.ts';
import { Shim } from './stdio/shim.ts';
import { startBridge } from './stdio/start-bridge.ts';
import { workingFolder } from './working-folder.ts';

export interface StdioOptions {
  readonly stateDir: string | undefined;
  readonly window: string | undefined;
}

/** `holdfast stdio`: composes the shim, and resolves with the exit code when the agent has gone. */
export async function stdio(options: StdioOptions): Promise<number> {
  const clock = systemClock;
  const { stdin, stdout, stderr } = process;
  const nonce = () => randomBytes(24).toString('base64url');
  const log = createLog((level, message) => {
    if (level !== 'debug') stderr.write(`holdfast: ${message}\n`);
  });
  // A reader of stderr that has gone is no reason to leave.
  stderr.on('error', () => {});
  const stateDir = stateDirPath(options.stateDir, process.env[environment.stateDir]);
  const boot = () => currentBoot(clock.wallMs());
  const lock = nodeSocketLock(clock, Math.random);
  const ids = nonce();
  let count = 0;
  const newId = () => {
    count += 1;
    return `holdfast-${ids}-${count}`;
  };

  const connector = createBridgeConnector({
    stateDir,
    boot,
    nonce,
    start: async (signal) => {
      ensurePrivateDirectory(stateDir);
      await startBridge(
        {
          stateDir,
          bundle: process.argv[1] ?? '',
          execPath: process.execPath,
          execArgv: process.execArgv,
          runAsNode: process.versions['electron'] !== undefined,
          env: process.env,
          clock,
          acquireLock: () => acquireSocketLock(startLockPath(stateDir, tmpdir()), lock),
          isRunning: async () =>
            (await findBridge({ stateDir, boot: boot(), nonce, proofMs: limits.proofMs })) !== undefined,
        },
        signal,
      );
    },
    isLocked: async () => (await lock.probe(bridgeLockPath(stateDir, tmpdir()))) === 'alive',
    window: windowHeader(options.window, process.env[environment.window]),
    // An empty one is no folder to the bridge.
    folder: workingFolder() ?? '',
    clock,
    log,
  });
  const connection = new Connection({ connector, breaker: new Breaker({ clock }), clock });
  const session = new LegacySession({ connection, clock, log, newId });
  const client = new RecoveringClient({ connection, session, clock, log, newId });
  const writer = new LineWriter(stdout, stdin);
  const shim = new Shim({
    client,
    session,
    connection,
    keys: new CallKeys(nonce()),
    write: (json, delivered) => writer.write(json, delivered),
    clock,
    log,
    random: Math.random,
    newId,
  });

  // While the agent still gets ready the bridge is looked for, and started.
  connection.acquire().catch(() => undefined);
  const how = await new Promise<'drain' | 'now'>((resolve) => {
    readLines(stdin, {
      onLine: (line) => shim.line(line),
      onTooLong: (ends) => {
        log.error(`a message of more than ${limits.lineMaxBytes} bytes was passed over`);
        shim.tooLong(ends);
      },
      onEnd: () => resolve('drain'),
    });
    // Nobody reads the answers any more.
    stdout.once('error', () => resolve('now'));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve('now'));
  });
  stdout.on('error', () => {});
  if (how === 'drain') await shim.settle(limits.lastAnswersMs);
  shim.dispose();
  const { state } = connection;
  const limit = new Promise<void>((resolve) => clock.after(limits.endSessionMs, resolve));
  const ended = state.kind === 'ready' ? session.end(state.endpoint) : undefined;
  await Promise.race([Promise.all([ended, writer.flushed()]), limit]);
  if (state.kind === 'ready') state.endpoint.close();
  connection.dispose();
  stdin.destroy();
  return 0;
}
