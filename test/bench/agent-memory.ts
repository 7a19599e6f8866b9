import { fileURLToPath } from 'node:url';
import { BridgeProcess } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { initializeRequest } from '../support/raw-http.ts';
import { RawConnection } from './raw-connection.ts';
import { legacyHeaders, requestHead } from './requests.ts';

/** What agent sessions cost the bridge. `held` is what its garbage collector could not free, `rss` what the system sees. */
export interface SessionMemory {
  readonly sessions: number;
  /** idle: initialised, nothing open. live: with an open event stream each. */
  readonly kind: 'idle' | 'live';
  /** Over the start, all sessions together. */
  readonly heldMb: number;
  readonly rssMb: number;
  readonly heldKbEach: number;
  readonly rssKbEach: number;
}

interface Memory {
  readonly heldBytes: number;
  readonly rssBytes: number;
}

/** Each count gets a bridge of its own. Empty where there are no signals to ask with (Windows). */
export async function measureAgentMemory(counts: readonly number[]): Promise<readonly SessionMemory[]> {
  if (process.platform === 'win32') return [];
  const measured: SessionMemory[] = [];
  for (const sessions of counts) measured.push(...(await measureCount(sessions)));
  return measured;
}

async function measureCount(sessions: number): Promise<readonly SessionMemory[]> {
  const probe = fileURLToPath(new URL('heap-probe.mjs', import.meta.url));
  const bridge = await BridgeProcess.start({ nodeArgs: ['--expose-gc', '--import', probe] });
  const streams: RawConnection[] = [];
  try {
    // The first session loads what all of them share.
    await openSessions(bridge, 1);
    const before = await memoryOf(bridge);
    const ids = await openSessions(bridge, sessions);
    const idle = await memoryOf(bridge);
    // Most have left memory by now, and come back unseen to be pinned by their streams.
    for (const id of ids) streams.push(await openStream(bridge, id));
    const live = await memoryOf(bridge);
    return [measuredOf(sessions, 'idle', before, idle), measuredOf(sessions, 'live', before, live)];
  } finally {
    for (const stream of streams) stream.dispose();
    await bridge.dispose();
  }
}

function measuredOf(sessions: number, kind: SessionMemory['kind'], before: Memory, after: Memory): SessionMemory {
  const heldKb = (after.heldBytes - before.heldBytes) / 1_024;
  const rssKb = (after.rssBytes - before.rssBytes) / 1_024;
  return {
    sessions,
    kind,
    heldMb: heldKb / 1_024,
    rssMb: rssKb / 1_024,
    heldKbEach: heldKb / sessions,
    rssKbEach: rssKb / sessions,
  };
}

async function openSessions(bridge: BridgeProcess, count: number): Promise<readonly string[]> {
  const connection = await RawConnection.open(bridge.port);
  const body = JSON.stringify(initializeRequest());
  const request = Buffer.from(`${requestHead(bridge)}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const ids: string[] = [];
  while (ids.length < count) {
    const answer = (await connection.request(request)).toString('latin1');
    const id = /mcp-session-id: *([!-~]+)/i.exec(answer)?.[1];
    if (id === undefined) throw new Error(`initialize answered ${answer}`);
    ids.push(id);
  }
  connection.dispose();
  return ids;
}

async function openStream(bridge: BridgeProcess, id: string): Promise<RawConnection> {
  const connection = await RawConnection.open(bridge.port);
  const post = requestHead(bridge, { 'mcp-session-id': id, ...legacyHeaders });
  const head = await connection.openStream(Buffer.from(`${post.replace(/^POST/, 'GET')}\r\n`));
  if (!head.includes('200 OK')) throw new Error(`a stream was answered ${head}`);
  return connection;
}

async function memoryOf(bridge: BridgeProcess): Promise<Memory> {
  const seen = bridge.stderr.length;
  process.kill(bridge.event.pid, 'SIGUSR2');
  return eventually(() => {
    const line = /^\{"heapProbe".*\}$/m.exec(bridge.stderr.slice(seen))?.[0];
    return line === undefined ? undefined : JSON.parse(line).heapProbe;
  }, 'the memory of the bridge');
}
