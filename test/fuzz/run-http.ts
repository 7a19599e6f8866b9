import { applyEdits } from './cases/edits.ts';
import type { Framing, HttpCase } from './cases/http-cases.ts';
import type { HttpOutcome } from './http-wire.ts';
import { answerProblem, askedBy } from './oracle.ts';
import type { Worker } from './worker.ts';

/** The bytes of a case, for this bridge and this worker's sessions. */
async function rendered(given: HttpCase, worker: Worker) {
  const body =
    given.body === undefined ? undefined : applyEdits(Buffer.from(await worker.fill(given.body)), given.bodyEdits);
  const lines: Buffer[] = [Buffer.from(`${given.method} ${await worker.fill(given.path)} HTTP/1.1\r\n`, 'latin1')];
  for (const { name, value, edits } of given.headers) {
    const filled = Buffer.from(await worker.fill(value), 'latin1');
    lines.push(Buffer.from(`${name}: `), applyEdits(filled, edits), Buffer.from('\r\n'));
  }
  const framed = body === undefined ? Buffer.from('\r\n') : frame(body, given.framing);
  return { bytes: Buffer.concat([...lines, framed]), body };
}

/** What is wrong with how the bridge took the case; undefined when all is well. */
export async function runHttpCase(given: HttpCase, worker: Worker): Promise<string | undefined> {
  const { bytes, body } = await rendered(given, worker);
  const honest = isHonest(given);
  const endless = given.method === 'GET' || body?.includes('subscriptions/listen') === true;
  const options = { endless, bodiless: given.method === 'HEAD', finish: !honest };
  const outcome = await worker.send(bytes, options, honest);
  worker.count(endOf(outcome));
  if (outcome.kind === 'hang') return 'no answer, and the connection stays open';
  if (outcome.kind === 'closed' && body?.includes('initialize') === true) worker.lostAnswers++;
  if (outcome.kind === 'closed')
    return honest && isPlain(given) ? 'the connection was closed without an answer' : undefined;
  const { answer } = outcome;
  const opened = answer.headers.get('mcp-session-id');
  if (opened !== undefined) await worker.endSession(opened);
  if (given.method === 'DELETE' || answer.status === 404) await worker.forgetSessions();
  // Bytes that are framed wrong are not the body that the bridge saw.
  const asked = honest && body !== undefined && given.method === 'POST' ? askedBy(body) : undefined;
  const problem = answerProblem(answer, {
    asked: asked ?? { kind: 'other' },
    secrets: worker.scene.secrets,
    foreignContent: false,
  });
  if (problem === undefined || (asked === undefined && problem.startsWith('something that is no request')))
    return undefined;
  return `${problem}\nanswer: ${answer.status} ${answer.body.toString('utf8', 0, 600)}`;
}

function endOf(outcome: HttpOutcome): string {
  if (outcome.kind !== 'answer') return outcome.kind;
  const { status, body } = outcome.answer;
  return status === 200
    ? `200 ${/"error"/.test(body.toString('latin1', 0, 120)) ? 'error' : 'result'}`
    : String(status);
}

/** The request, ready to be sent again; only the secrets of its bridge are left out. */
export async function describeHttpCase(given: HttpCase, worker: Worker): Promise<string> {
  const { bytes } = await rendered(given, worker);
  const text = bytes
    .toString('latin1')
    .replaceAll(worker.scene.bridge.token, '<token>')
    .replaceAll(/hf1\.[\w-]{50,}\.[\w-]+/g, '<session>');
  return text.length <= 4_000 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 4_000))} … ${text.length} bytes`;
}

/** Whether the request ends where it says that it does and its head can be read, so that the connection stays in step. */
function isHonest({ framing, body, headers, method, path }: HttpCase): boolean {
  const odd = headers.some(
    ({ name, edits }) => edits.length > 0 || ['connection', 'upgrade', 'expect', 'x-odd', 'x-large'].includes(name),
  );
  return (
    !odd &&
    (body === undefined || framing === 'length' || framing === 'chunked') &&
    /^[A-Z]+$/.test(method) &&
    path !== '/ mcp' &&
    path !== ''
  );
}

function isPlain({ method, path }: HttpCase): boolean {
  return path.startsWith('/') && ['POST', 'GET', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE'].includes(method);
}

function frame(body: Buffer, framing: Framing): Buffer {
  const length = (value: string) => `content-length: ${value}\r\n`;
  const chunked = 'transfer-encoding: chunked\r\n';
  const middle = Math.floor(body.length / 2);
  const chunks = [body.subarray(0, middle), body.subarray(middle)].filter((chunk) => chunk.length > 0);
  const chunkBytes = Buffer.concat([
    ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
    Buffer.from('0\r\n\r\n'),
  ]);
  const around = (head: string, content: Buffer) => Buffer.concat([Buffer.from(`${head}\r\n`), content]);
  switch (framing) {
    case 'length':
      return around(length(String(body.length)), body);
    case 'chunked':
      return around(chunked, chunkBytes);
    case 'too-long':
      return around(length(String(body.length + 7)), body);
    case 'too-short':
      return around(length(String(Math.max(body.length - 7, 0))), body);
    case 'no-number':
      return around(length('x'), body);
    case 'two-lengths':
      return around(length('3') + length(String(body.length)), body);
    case 'bad-chunks':
      return around(chunked, Buffer.concat([Buffer.from('zz\r\n'), body]));
    case 'both':
      return around(chunked + length(String(body.length)), chunkBytes);
  }
}
