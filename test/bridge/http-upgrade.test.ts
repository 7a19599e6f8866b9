import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { BridgeProcess } from '../support/bridge-process.ts';
import { initializeRequest } from '../support/raw-http.ts';

describe('A request that offers another protocol', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  after(async () => {
    assert.doesNotMatch(bridge.stderr, /Z error /);
    await bridge.dispose();
  });

  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n';
  const body = JSON.stringify(initializeRequest());

  function head({ token, more = offer }: { readonly token: string; readonly more?: string }): string {
    return (
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${bridge.port}\r\nAuthorization: Bearer ${token}\r\n` +
      'Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n' +
      `${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`
    );
  }

  /** Writes the pieces one after the other, each when `awaited` of the one before has come, and tells all that came. */
  async function talk(pieces: readonly { readonly text: string; readonly awaited?: RegExp }[]): Promise<string> {
    const socket = connect(bridge.port, '127.0.0.1').setEncoding('utf8');
    try {
      let answer = '';
      socket.on('data', (chunk: string) => {
        answer += chunk;
      });
      for (const { text, awaited } of pieces) {
        socket.write(text);
        while (awaited !== undefined && !awaited.test(answer)) await once(socket, 'data');
      }
      return answer;
    } finally {
      socket.destroy();
    }
  }

  it('is answered in HTTP/1.1, as are those after it on the same connection', async () => {
    const answer = await talk([
      { text: head(bridge) + body, awaited: /"protocolVersion"/ },
      { text: head({ token: bridge.token, more: '' }) + body, awaited: /("protocolVersion"[^]*){2}/ },
    ]);
    assert.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
    assert.equal(answer.match(/mcp-session-id: hf1\./g)?.length, 2);
  });

  it('may send its body later', async () => {
    const split = body.length / 2;
    const answer = await talk([
      { text: head(bridge) },
      { text: body.slice(0, split) },
      { text: body.slice(split), awaited: /"protocolVersion"/ },
    ]);
    assert.match(answer, /^HTTP\/1\.1 200 OK/);
  });

  it('needs the token as any other', async () => {
    const answer = await talk([{ text: head({ token: 'wrong' }) + body, awaited: /\r\n\r\n/ }]);
    assert.match(answer, /^HTTP\/1\.1 401 /);
  });
});
