import assert from 'node:assert/strict';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SseStream } from '../../../../server/agent/sse-stream.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('An event stream', () => {
  let server: Server;
  let port = 0;
  let serve: (res: ServerResponse) => void = () => undefined;
  before(async () => {
    server = createServer((_req, res) => serve(res));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    port = address.port;
  });
  after(() => server.close());

  /** Connects; resolves with the stream and with what the client sees of it. */
  const connect = async (clock: FakeClock, onClose?: () => void) => {
    const made = new Promise<SseStream>((resolve) => {
      serve = (res) => resolve(new SseStream(res, { clock, ...(onClose === undefined ? {} : { onClose }) }));
    });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject);
    });
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('error', () => undefined);
    const ended = new Promise<string>((resolve) => response.once('close', () => resolve(text)));
    return { stream: await made, response, ended };
  };

  it('carries messages as events, and comments while nothing happens', async () => {
    const clock = new FakeClock();
    const { stream, ended } = await connect(clock);
    stream.send('{"a":1}');
    await clock.advance(limits.streamKeepAliveMs);
    await clock.advance(limits.streamKeepAliveMs);
    stream.send('{"b":2}');
    stream.dispose();
    const wanted = 'event: message\ndata: {"a":1}\n\n: keep-alive\n\n: keep-alive\n\nevent: message\ndata: {"b":2}\n\n';
    assert.equal(await ended, wanted);
    assert.equal(clock.pending, 0);
  });

  it('keeps a message with line breaks in one event', async () => {
    const { stream, ended } = await connect(new FakeClock());
    stream.send('{\n"a":1,\r\n"b":2}');
    stream.dispose();
    assert.equal(await ended, 'event: message\ndata: {\ndata: "a":1,\ndata: "b":2}\n\n');
  });

  it('says nothing after its end', async () => {
    const clock = new FakeClock();
    const { stream, ended } = await connect(clock);
    stream.dispose();
    stream.dispose();
    stream.send('{}');
    assert.equal(await ended, '');
  });

  it('ends with its client, once, and leaves no timer', async () => {
    const clock = new FakeClock();
    let closed = 0;
    const gone = new Promise<void>((resolve) => {
      void connect(clock, () => {
        closed++;
        resolve();
      }).then(({ response }) => response.destroy());
    });
    await gone;
    await clock.settle();
    assert.deepEqual([closed, clock.pending], [1, 0]);
  });
});
