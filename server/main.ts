import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { bridgeFeatures } from '../shared/bridge-features.ts';
import { catalog } from '../shared/catalog.ts';
import { systemClock } from '../shared/clock.ts';
import { DisposableStore } from '../shared/disposable.ts';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import { createLog, type Log } from '../shared/log.ts';
import { instanceProof } from '../shared/proof.ts';
import type { StatusMessage } from '../shared/protocol.ts';
import { type BridgeFile, environment, type ServeEvent } from '../shared/state-files.ts';
import { createCallIds } from './agent/call-ids.ts';
import { createBridgeContent } from './agent/content/bridge-content.ts';
import { createHttpFront } from './agent/http-front.ts';
import { createBridgeClaims } from './bridge-claims.ts';
import { bridgeOrigin } from './bridge-client.ts';
import { currentBoot, readBridgeFile, removeBridgeFile, writeBridgeFile } from './bridge-file.ts';
import { createBridgeLock } from './bridge-lock.ts';
import { openBridgeLog } from './bridge-log.ts';
import { createBridgeTools } from './calls/bridge-tools.ts';
import { Dispatcher } from './calls/dispatcher.ts';
import { exitCodes, runCli } from './cli.ts';
import { type CommandDeps, call, status } from './commands.ts';
import { readConfig } from './config.ts';
import { constantTimeEqual, hmacSha256 } from './crypto.ts';
import { EditorRegistry } from './editors/editor-registry.ts';
import { EditorServer } from './editors/editor-server.ts';
import { type Door, openDoor } from './handover/door.ts';
import type { Inside } from './handover/doorway.ts';
import { type BridgeLock, Succession } from './handover/succession.ts';
import { type Inheritance, inherit } from './handover/successor.ts';
import { installedBridge } from './handover/successor-process.ts';
import { leaveReason } from './leave-reason.ts';
import { listen, portOf } from './listen.ts';
import type { ServeOptions } from './options.ts';
import { ensurePrivateDirectory } from './private-files.ts';
import { rotate } from './rotate.ts';
import { sentFile } from './sent-file.ts';
import { sessionFile } from './session-file.ts';
import { drain, shutDown } from './shutdown.ts';
import { keepPort, openSecrets, readKeptPort, type Secrets, stateDirPath } from './state-dir.ts';
import { StateDirWatch } from './state-dir-watch.ts';
import { type BridgeStatus, describeWindow } from './status.ts';
import { stdio } from './stdio-main.ts';
import { tokenIdOf } from './token-id.ts';
import { createUpstreams } from './upstream/create-upstreams.ts';
import { ReturningWindows } from './upstream/returning-windows.ts';
import { SentCalls } from './upstream/sent-calls.ts';
import { withUpstreams } from './upstream/upstream-content.ts';
import { WindowUpstreams } from './upstream/window-upstreams.ts';
import { WindowsFile } from './windows-file.ts';
import { workingFolder } from './working-folder.ts';

/** Put in by the bundler; a run from the sources has none. */
declare const HOLDFAST_VERSION: string | undefined;
const version = typeof HOLDFAST_VERSION === 'string' ? HOLDFAST_VERSION : '0.0.0-source';

const clock = systemClock;
const random = Math.random;
const nonce = () => randomBytes(24).toString('base64url');
const stdout = (text: string) => void process.stdout.write(text);
const stderr = (text: string) => void process.stderr.write(text);
const claims = createBridgeClaims({ clock, random, nonce, tempDir: tmpdir() });

async function serve(options: ServeOptions): Promise<number> {
  const { stateDir } = options;
  ensurePrivateDirectory(stateDir);
  const door = openDoor();
  const inheritance = options.successor ? await inherit(process, door.server) : undefined;
  try {
    return await serveAt(options, door, inheritance);
  } catch (error) {
    await inheritance?.decline(messageOf(error));
    throw error;
  }
}

async function serveAt(options: ServeOptions, door: Door, inheritance: Inheritance | undefined): Promise<number> {
  const { stateDir } = options;
  const claimed = await (inheritance === undefined
    ? claims.claim(stateDir, limits.claimRetryMs)
    : claims.takeOver(stateDir));
  if (claimed.kind === 'running') {
    announce('already-running', claimed.bridge, options.json);
    return exitCodes.ok;
  }
  // Not earlier: while the directory was another's, `holdfast rotate` may have changed them.
  const secrets = openSecrets(stateDir);

  const { log, flush } = openBridgeLog({
    stateDir,
    stderr: (line) => stderr(`${line}\n`),
    timestamp: () => new Date(clock.wallMs()).toISOString(),
  });
  const lock = createBridgeLock({ held: claimed.lock, acquire: () => claims.lock(stateDir), log });
  const crash = (error: unknown) => {
    log.error(`the bridge crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    void flush().finally(() => process.exit(exitCodes.failed));
    // A log that hangs must not keep a broken bridge alive.
    clock.after(limits.closeMs, () => process.exit(exitCodes.failed));
  };
  process.once('uncaughtException', crash);
  process.once('unhandledRejection', crash);
  try {
    return await runBridge({ options, secrets, log, door, inheritance, lock });
  } finally {
    lock.release();
    await flush();
  }
}

interface BridgeParts {
  readonly options: ServeOptions;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly door: Door;
  readonly inheritance: Inheritance | undefined;
  readonly lock: BridgeLock;
}

/** Composes the bridge, and resolves with the exit code when it has left. */
async function runBridge({ options, secrets, log, door, inheritance, lock }: BridgeParts): Promise<number> {
  const { stateDir } = options;
  const { server, doorway } = door;
  const startedMs = clock.now();
  const { config, problems } = readConfig(stateDir);
  for (const problem of problems) log.warn(problem);
  const instance = randomBytes(12).toString('base64url');
  const { port, strangerOn } =
    inheritance === undefined
      ? await listen({
          server,
          requested: options.port,
          kept: readKeptPort(stateDir),
          keep: (chosen) => keepPort(stateDir, chosen),
          random,
        })
      : { port: portOf(server), strangerOn: inheritance.strangerOn };

  const boot = currentBoot(clock.wallMs());
  const callIds = createCallIds({ hmac: hmacSha256, ...secrets });
  const scope = `${boot.bootId} ${callIds('').slice(0, 12)}`;
  const windowsFile = new WindowsFile({ stateDir, scope, log: log.area('editors') });
  const registry = new EditorRegistry({
    instance,
    version,
    clock,
    log: log.area('editors'),
    known: windowsFile.load(),
  });
  // Of a bridge that has been replaced, the windows are no longer its own to tell.
  registry.onDidChangeKnown(() => succession.isBridge && windowsFile.save(registry.known));
  const editorServer = new EditorServer({
    registry,
    secret: secrets.editorSecret,
    port,
    instance,
    hmac: hmacSha256,
    equal: constantTimeEqual,
    nonce,
    clock,
    log: log.area('editors'),
  });
  const dispatcher = new Dispatcher({
    catalog,
    bridgeTools: createBridgeTools(registry),
    editors: registry,
    // Unlike our nonces these need no fresh entropy each time, which costs as much as parsing the call.
    newCallId: randomUUID,
    tokenId: tokenIdOf({ hmac: hmacSha256, ...secrets }),
    digest: (text) => hmacSha256(secrets.sessionKey, `holdfast call\n${text}`),
    clock,
    log: log.area('calls'),
  });
  /** What a server has to say is news for the windows, too. */
  const upstreamLog = (name: string) =>
    createLog((level, message) => {
      log.area(`upstream ${name}`)[level](message);
      tellWindows();
    });
  const upstreams = createUpstreams({ version, env: process.env, newId: randomUUID, clock, random, log: upstreamLog });
  const own = createBridgeContent({
    catalog,
    dispatcher,
    callIds,
    windows: registry,
  });
  const returning = new ReturningWindows({ registry, clock });
  const content = withUpstreams({
    own,
    upstreams,
    callIds,
    returning,
    sent: new SentCalls({ file: sentFile(stateDir), clock, log: log.area('upstreams') }),
    clock,
  });
  const front = createHttpFront({
    port,
    token: secrets.token,
    sessionKey: secrets.sessionKey,
    records: sessionFile(stateDir),
    onStale: options.onStale ?? config.sessions.onStale,
    instance,
    version,
    content,
    proof: (given) => ({
      instance,
      version,
      proof: instanceProof(hmacSha256, secrets.editorSecret, given, port, instance),
      features: Object.values(bridgeFeatures),
    }),
    handover: (target, proof) => (succession.isProven(target, proof) ? succession.request(target) : undefined),
    status: (): BridgeStatus => ({
      instance,
      version,
      pid: process.pid,
      url: `${bridgeOrigin(port)}/mcp`,
      uptimeMs: Math.round(clock.now() - startedMs),
      ...(strangerOn === undefined ? {} : { strangerOn }),
      ...(problems.length === 0 ? {} : { problems: [...problems] }),
      windows: registry.list().map(describeWindow),
      ...windowUpstreams.status,
      ...front.sessions,
      calls: dispatcher.statistics,
      droppedResults: registry.droppedResults,
    }),
    handleUpgrade: (request, socket, head) => editorServer.handleUpgrade(request, socket, head),
    hmac: hmacSha256,
    randomToken: nonce,
    clock,
    log: log.area('agents'),
  });
  const windowStatus = (): StatusMessage => ({
    type: 'status',
    ...front.sessions,
    ...windowUpstreams.status,
    recentCalls: [...dispatcher.statistics.recentCalls],
  });
  // Whatever a window shows of agents and calls changes with a request.
  const tellWindows = () => registry.broadcast(windowStatus);
  const windowUpstreams = new WindowUpstreams({
    fixed: config.upstreams,
    set: upstreams,
    log: log.area('upstreams'),
    changed: tellWindows,
  });
  upstreams.onDidChange(tellWindows);
  registry.onDidOffer(({ window, servers }) => windowUpstreams.offer(window, servers));
  // Of a bridge that has been replaced, the windows go to the next one while calls still run here.
  registry.onDidForget((id) => succession.isBridge && windowUpstreams.forget(id));
  const inside: Inside = {
    request: (request, response) => {
      front.request(request, response);
      response.once('close', tellWindows);
    },
    upgrade: (request, socket, head) => front.upgrade(request, socket, head),
  };
  const bridge: BridgeFile = { pid: process.pid, port, instance, version, ...boot };
  const record = () => writeBridgeFile(stateDir, bridge);
  let onMoved = () => {};
  const moved = new Promise<void>((resolve) => {
    onMoved = resolve;
  });
  const succession = new Succession({
    stateDir,
    instance,
    version,
    port,
    strangerOn,
    editorSecret: secrets.editorSecret,
    args: process.argv.slice(2),
    env: process.env,
    installed: (wanted) => installedBridge(stateDir, wanted),
    server,
    doorway,
    inside,
    lock,
    record,
    hmac: hmacSha256,
    equal: constantTimeEqual,
    clock,
    log,
    onMoved,
  });

  // Before anybody knows of this bridge: whoever started it may stop it at once.
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const { idleExitMs } = options;
  const left = leaveReason({ idleExitMs, registry, activity: () => front.activity, interrupted, moved, clock });
  record();
  doorway.open(inside);
  inheritance?.accept(instance);
  if (strangerOn !== undefined) {
    log.warn(
      `port ${strangerOn} belongs to another program; using ${port} for now. Agents that are configured for ${strangerOn} do not reach this bridge: stop that program and restart the bridge`,
    );
  }
  log.info(`holdfast ${version} listens on ${bridgeOrigin(port)} (pid ${process.pid}, instance ${instance})`);
  announce('listening', bridge, options.json);

  const stateDirWatch = new StateDirWatch({
    instance,
    clock,
    log,
    isSettled: () => succession.isSettled,
    holdsLock: () => lock.stands,
    recorded: () => readBridgeFile(stateDir),
    record,
    find: () => claims.find(stateDir),
    giveWay: (other) => succession.giveWay(other),
  });
  const reason = await left;
  stateDirWatch.dispose();
  if (reason === 'moved') await drain({ registry, front, server, clock, log, interrupted });
  const behind = new DisposableStore();
  for (const part of [content, upstreams, windowUpstreams, returning]) behind.add(part);
  await shutDown(reason, { registry, server, front, content: behind, parts: [editorServer, front], clock, log });
  removeBridgeFile(stateDir, instance, log);
  return exitCodes.ok;
}

/** Tells the starter on stdout with `--json`; people have the log on stderr, which a second start does not open. */
function announce(event: ServeEvent['event'], { port, instance, pid }: BridgeFile, json: boolean): void {
  const line: ServeEvent = { event, url: `${bridgeOrigin(port)}/mcp`, port, instance, pid };
  if (json) stdout(`${JSON.stringify(line)}\n`);
  else if (event === 'already-running') stderr(`A bridge runs already at ${line.url} (pid ${pid})\n`);
}

async function main(): Promise<void> {
  // Nothing that we create is anybody else's business, sockets included.
  process.umask(0o077);
  // The starter may close its ends once it has read the first line; the log file still tells everything.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  // All our timers are unref'd: this one keeps a command alive that only waits for one of them.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  const deps: CommandDeps = {
    version,
    look: claims.look,
    stdout,
    stderr,
    window: process.env[environment.window],
    folder: workingFolder(),
    timeout: (ms) => AbortSignal.timeout(ms),
  };
  process.exitCode = await runCli(process.argv.slice(2), {
    version,
    stateDir: (option) => stateDirPath(option, process.env[environment.stateDir]),
    serve,
    status: (options) => status(options, deps),
    call: (options) => call(options, deps),
    rotate: (options) =>
      rotate(options, {
        claim: (stateDir) => claims.claim(stateDir, limits.rotateRetryMs),
        stop: (pid) => process.kill(pid, 'SIGTERM'),
        clock,
        stdout,
      }),
    stdio,
    stdout,
    stderr,
  });
  clearInterval(keepAlive);
  // Whatever still holds the process is no reason to stay.
  clock.after(limits.shutdownMs, () => process.exit());
}

void main();
