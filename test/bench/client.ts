/** The load generator: a process of its own, so that its work is not measured as a server's. */
import { WebSocket } from 'ws';
import { type Load, loadSchema } from './load.ts';
import { tell } from './peer-side.ts';
import { RawConnection } from './raw-connection.ts';
import { percentile } from './stats.ts';

/** Sends one call and resolves with its answer. */
interface Caller {
  call(): Promise<Buffer>;
  dispose(): void;
}

async function httpCaller({ port, head, body }: Load, id: number): Promise<Caller> {
  const connection = await RawConnection.open(port);
  const bytes = requestBytes(head, body.replaceAll('"@id"', String(id)));
  return {
    async call() {
      const answer = await connection.request(bytes);
      if (answer.toString('latin1', 9, 12) !== '200') throw new Error(answer.toString());
      return answer;
    },
    dispose: () => connection.dispose(),
  };
}

function requestBytes(head: string, body: string): Buffer {
  return Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

async function wsCaller({ port, body }: Load, id: number): Promise<Caller> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => socket.once('open', () => resolve()).once('error', reject));
  const text = body.replaceAll('"@id"', String(id));
  let done: (answer: Buffer) => void = () => {};
  socket.on('message', (data) => done(Buffer.isBuffer(data) ? data : Buffer.alloc(0)));
  return {
    call: () =>
      new Promise((resolve) => {
        done = resolve;
        socket.send(text);
      }),
    dispose: () => socket.terminate(),
  };
}

async function run(load: Load): Promise<void> {
  // Two digits each, so that every connection sends as many bytes.
  const ids = Array.from({ length: load.concurrency }, (_, index) => 10 + index);
  const callers = await Promise.all(
    ids.map((id) => (load.kind === 'http' ? httpCaller(load, id) : wsCaller(load, id))),
  );
  const micros: number[] = [];
  const startedMs = performance.now();
  const untilMs = startedMs + load.durationMs;
  const maxCalls = load.maxCalls ?? Number.POSITIVE_INFINITY;
  let sample: Buffer | undefined;
  await Promise.all(
    callers.map(async (caller) => {
      for (let beginMs = performance.now(); beginMs < untilMs && micros.length < maxCalls; ) {
        sample = await caller.call();
        const endMs = performance.now();
        micros.push((endMs - beginMs) * 1_000);
        beginMs = endMs;
      }
    }),
  );
  const elapsedMs = performance.now() - startedMs;
  for (const caller of callers) caller.dispose();
  tell({
    calls: micros.length,
    elapsedMs,
    p50Us: percentile(micros, 0.5),
    p99Us: percentile(micros, 0.99),
    sample: sample?.toString() ?? '',
  });
}

process.on('message', (message) => void run(loadSchema.parse(message)));
