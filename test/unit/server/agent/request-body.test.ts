import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { readBody } from '../../../../server/agent/request-body.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

function request(contentLength?: number): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  if (contentLength !== undefined) req.headers['content-length'] = String(contentLength);
  return req;
}

describe('The body of a request', () => {
  it('is put together from its pieces, also where one cuts a character', async () => {
    const clock = new FakeClock();
    const req = request();
    const read = readBody(req, clock);
    const bytes = Buffer.from('{"ü":"😀"}');
    for (const byte of bytes) req.push(Buffer.from([byte]));
    req.push(null);
    assert.deepEqual(await read, { kind: 'whole', text: '{"ü":"😀"}' });
    assert.equal(clock.pending, 0);
  });

  it('is not read at all when it declares itself too large', async () => {
    const req = request(limits.bodyMaxBytes + 1);
    assert.deepEqual(await readBody(req, new FakeClock()), { kind: 'too_large' });
    assert.equal(req.listenerCount('data'), 0);
  });

  it('is given up as soon as it is too large', async () => {
    const clock = new FakeClock();
    const req = request();
    const read = readBody(req, clock);
    req.push(Buffer.alloc(limits.bodyMaxBytes));
    req.push(Buffer.alloc(1));
    assert.deepEqual(await read, { kind: 'too_large' });
    assert.deepEqual([clock.pending, req.listenerCount('data')], [0, 0]);
  });

  it('is given up when it does not come in time, however it trickles', async () => {
    const clock = new FakeClock();
    const req = request();
    const read = readBody(req, clock);
    for (let second = 0; second < limits.bodyMs / 1_000; second++) {
      req.push(Buffer.from('x'));
      await clock.advance(1_000);
    }
    assert.deepEqual(await read, { kind: 'too_slow' });
    assert.equal(clock.pending, 0);
  });

  it('is cut off when its client goes', async () => {
    const clock = new FakeClock();
    const req = request();
    const read = readBody(req, clock);
    req.destroy();
    assert.deepEqual(await read, { kind: 'cut_off' });
    assert.equal(clock.pending, 0);
  });
});
