import { z } from 'zod';
import { closeCodes, linkHeaders, linkPath, linkSubprotocol, toEditorSchema } from '../../shared/protocol.ts';
import { type Frame, helloTemplate, type LinkCase } from './cases/link-cases.ts';
import { HttpWire } from './http-wire.ts';
import { frameBytes, LinkWire, type ServerFrame } from './link-wire.ts';
import { answerProblem } from './oracle.ts';
import { deadlineMs, modernToolCall, type Worker } from './worker.ts';

/** Close codes that the bridge means; 1011 would be a failure of its own. */
const meantCloses: ReadonlySet<number> = new Set([
  ...Object.values(closeCodes),
  // WebSocket's own: normal, protocol error, unsupported, no status, bad text, too big.
  ...[1000, 1002, 1003, 1005, 1007, 1009],
]);
const whole = { opcode: 1, fin: true, masked: true, reserved: 0, edits: [], claims: undefined };
/** How long an answer of a window of this case is waited for: one that does not fit may rightly lead to none. */
const replyMs = 150;
const callSchema = z.looseObject({ type: z.literal('call'), id: z.string() });

export async function runLinkCase(given: LinkCase, worker: Worker): Promise<string | undefined> {
  const { bridge, secrets } = worker.scene;
  const link = await LinkWire.open(bridge.port, upgradeRequest(given, bridge.port));
  try {
    if (!(await link.until(() => link.head !== undefined || link.closed, deadlineMs)))
      return 'the upgrade has no answer';
    if (!link.upgraded)
      return (await link.until(() => link.closed, deadlineMs)) ? refusalProblem(link) : 'a refused upgrade stays open';
    const proof = worker.scene.proof({ editorNonce: nonce, bridgeNonce: headerIn(link.head ?? '', linkHeaders.nonce) });
    const hello = given.hello === 'right' ? [{ ...whole, text: JSON.stringify(helloTemplate) }] : given.hello;
    if (hello !== 'none') link.send(await bytesOf(hello, worker, { proof }));
    const welcomed =
      given.hello === 'right' && (await link.until(() => link.frames.length > 0 || link.closed, deadlineMs));
    if (welcomed && given.call !== undefined) {
      const problem = await answerCall(given.call, link, worker, proof);
      if (problem !== undefined) return problem;
    }
    worker.count(welcomed && link.frames[0]?.opcode === 1 ? 'link welcomed' : 'link without welcome');
    link.send(await bytesOf(given.frames, worker, { proof, call: 'unknown' }));
    return (await endProblem(given, link)) ?? framesProblem(link.frames, secrets);
  } finally {
    link.dispose();
  }
}

/** A link whose frames were all in order must still answer; any other may be closed, or wait for the rest of a frame. */
async function endProblem(given: LinkCase, link: LinkWire): Promise<string | undefined> {
  const frames = [
    ...(typeof given.hello === 'string' ? [] : given.hello),
    ...given.frames,
    ...(given.call?.reply ?? []),
  ];
  const inOrder = frames.every(
    ({ fin, masked, reserved, claims, edits, opcode }) =>
      fin && masked && reserved === 0 && claims === undefined && edits.length === 0 && opcode === 1,
  );
  if (!inOrder || link.closed) return undefined;
  link.send([frameBytes({ ...whole, opcode: 9, text: 'alive?' })]);
  const answered = () => link.closed || link.frames.some(({ opcode }) => opcode === 10 || opcode === 8);
  return (await link.until(answered, deadlineMs)) ? undefined : 'the link answers no ping';
}

/** Lets an agent call the window of this case, which answers in its own way. The agent leaves if that is no answer. */
async function answerCall(
  { tool, arguments: args, reply }: NonNullable<LinkCase['call']>,
  link: LinkWire,
  worker: Worker,
  proof: string,
): Promise<string | undefined> {
  const { bridge, secrets } = worker.scene;
  const given = typeof args === 'object' && args !== null ? args : {};
  const { head, body } = modernToolCall(tool, { ...given, window: worker.editorId });
  const text = await worker.fill(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`);
  const wire = await HttpWire.open(bridge.port);
  try {
    const sending = wire.send(Buffer.concat([Buffer.from(text), Buffer.from(body)]), {
      endless: false,
      bodiless: false,
      finish: false,
      deadlineMs: replyMs,
    });
    let done = false;
    void sending.then(() => {
      done = true;
    });
    await link.until(() => done || link.closed || callIn(link.frames) !== undefined, replyMs);
    link.send(await bytesOf(reply, worker, { proof, call: callIn(link.frames) ?? 'unknown' }));
    const outcome = await sending;
    worker.count(`call to an own window: ${outcome.kind}`);
    if (outcome.kind !== 'answer') return undefined;
    const problem = answerProblem(outcome.answer, { asked: { kind: 'request', id: 1 }, secrets, foreignContent: true });
    return problem === undefined || isForeign(problem) ? undefined : `a call to this window: ${problem}`;
  } finally {
    wire.dispose();
  }
}

/** What a proven window says of its own tools is passed on: the bridge does not look into it. */
function isForeign(problem: string): boolean {
  return /no JSON|JSON-RPC|either a result|"internal"|internal error|id is/.test(problem);
}

function callIn(frames: readonly ServerFrame[]): string | undefined {
  for (const { opcode, payload } of frames) {
    const call = opcode === 1 ? callSchema.safeParse(JSON.parse(payload.toString('utf8'))) : undefined;
    if (call?.success === true) return call.data.id;
  }
  return undefined;
}

function framesProblem(frames: readonly ServerFrame[], secrets: readonly string[]): string | undefined {
  for (const { opcode, payload } of frames) {
    const text = payload.toString('utf8');
    if (secrets.some((secret) => text.includes(secret))) return 'a message of the bridge holds a secret';
    if (opcode === 8 && payload.length >= 2 && !meantCloses.has(payload.readUInt16BE(0))) {
      return `the link was closed with ${payload.readUInt16BE(0)}: ${payload.toString('utf8', 2)}`;
    }
    if (opcode === 1 && !toEditorSchema.safeParse(JSON.parse(text)).success)
      return `a message that does not fit: ${text}`;
  }
  return undefined;
}

function refusalProblem({ head = '' }: LinkWire): string | undefined {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  return status >= 400 && status < 500
    ? undefined
    : `the upgrade was answered ${head === '' ? 'with nothing' : head.slice(0, 200)}`;
}

const nonce = 'fuzz'.repeat(8);

function upgradeRequest({ headers }: LinkCase, port: number): string {
  const right: Readonly<Record<string, string>> = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-protocol': linkSubprotocol,
    [linkHeaders.nonce]: nonce,
  };
  const all = { ...right, ...Object.fromEntries(headers.map(({ name, value }) => [name, value])) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${linkPath} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

async function bytesOf(
  frames: readonly Frame[],
  worker: Worker,
  more: Readonly<Record<string, string>>,
): Promise<readonly Buffer[]> {
  const filled: Buffer[] = [];
  for (const frame of frames) filled.push(frameBytes({ ...frame, text: await worker.fill(frame.text, more) }));
  return filled;
}

function headerIn(head: string, name: string): string {
  return new RegExp(`^${name}: (\\S+)`, 'im').exec(head)?.[1] ?? '';
}
