import assert from 'node:assert/strict';
import type { ExchangeEnd } from '../../../../server/recovery/http-exchange.ts';
import { ServerStream } from '../../../../server/recovery/server-stream.ts';
import { limits } from '../../../../shared/limits.ts';
import { answered, away, cut, FakeUpstream } from '../../../support/fake-upstream.ts';

describe('the stream on which a server speaks', () => {
  let server: FakeUpstream;
  let stream: ServerStream;
  /** Ends the stream that is open now. */
  let end: (how: ExchangeEnd) => void;
  let asked: number;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
    server.connects.length = 0;
    asked = 0;
    const { connection, session, clock } = server;
    server.script = ({ http }) => (http === 'GET' ? new Promise((resolve) => (end = resolve)) : undefined);
    stream = new ServerStream({
      connection,
      session,
      clock,
      random: () => 1,
      onMessage: () => {},
      onUnknownSession: () => void asked++,
    });
    stream.start();
    await server.clock.settle();
  });
  afterEach(async () => {
    stream.dispose();
    server.connection.dispose();
    await server.clock.settle();
    assert.equal(server.clock.pending, 0, 'timers are left');
  });
  const streams = () => server.methods().filter((method) => method.startsWith('GET'));

  it('that the server closes cleanly comes back in the same session, at once after a while of health', async () => {
    await server.clock.advance(limits.healthyAfterMs);
    end({ kind: 'streamed' });
    await server.clock.advance(limits.firstReconnectMaxMs);
    assert.deepEqual(streams(), ['GET s1', 'GET s1']);
    assert.deepEqual(server.connects, []);
  });

  it('that is closed again and again comes back ever later', async () => {
    const times: number[] = [];
    const startMs = server.clock.now();
    for (let n = 1; n <= 4; n += 1) {
      end({ kind: 'streamed' });
      const before = streams().length;
      while (streams().length === before) await server.clock.advance(250);
      times.push(server.clock.now() - startMs);
    }
    assert.deepEqual(times, [1_000, 3_000, 7_000, 15_000]);
  });

  it('that breaks takes the connection with it, comes back on the next one, and starts no server for that', async () => {
    server.reach = away();
    end(cut);
    await server.clock.advance(1_000);
    assert.deepEqual(server.connects, ['join']);
    server.reach = () => Promise.resolve();
    await server.clock.advance(2_000);
    assert.deepEqual(server.connects, ['join', 'join']);
    assert.deepEqual(streams(), ['GET s1', 'GET s1']);
  });

  it('that is refused for good is not asked for again', async () => {
    end(answered(405, '', ''));
    await server.clock.advance(120_000);
    assert.deepEqual(streams(), ['GET s1']);
  });

  for (const [words, answer] of [
    ['404', answered(404, 'session not found', 'text/plain')],
    ['400', answered(400, 'No valid session ID provided', 'text/plain')],
  ] as const) {
    it(`rule 1: that is refused with ${words} recovers nothing, and asks once for a POST that finds out`, async () => {
      for (let n = 0; n < 3; n += 1) {
        end(answer);
        await server.clock.advance(5_000);
      }
      assert.equal(asked, 1);
      assert.deepEqual(new Set(server.methods()), new Set(['GET s1']));
    });
  }

  it('rule 7: goes on in the session that has replaced its own', async () => {
    server.sessions.clear();
    await server.request('tools/list');
    await server.clock.advance(1_000);
    assert.deepEqual(streams(), ['GET s1', 'GET s2']);
  });
});
