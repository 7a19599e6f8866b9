import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { ShimProcess } from '../support/shim-process.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { ForeignServer } from './scene/foreign-server.ts';
import { HttpUpstream, type SeenRequest, type Treatment } from './upstream/http-upstream.ts';

const stale: Treatment = {
  kind: 'answer',
  status: 404,
  text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}',
  headers: { 'content-type': 'application/json' },
};
const proxyPage: Treatment = {
  kind: 'answer',
  status: 404,
  text: '<html><body>404: session not found</body></html>',
  headers: { 'content-type': 'text/html' },
};
const isCall = ({ method }: SeenRequest): boolean => method === 'tools/call';

describe('Of a server behind the bridge that breaks', function () {
  this.timeout(60_000);
  let dir: TempDir;
  let upstream: HttpUpstream;
  let scene: SdkScene;
  /** What came to the server, with its session, in order. */
  let seen: SeenRequest[];
  const begun: string[] = [];
  let count = 0;

  beforeEach(async () => {
    dir = tempDir();
    writeFileSync(join(dir.path, 'ledger'), '');
    upstream = new HttpUpstream({ ledger: join(dir.path, 'ledger'), begun: (op) => begun.push(op) });
    await upstream.start();
    treat(() => undefined);
    seen = [];
  });
  afterEach(async () => {
    await scene.dispose();
    await upstream.stop();
    dir.remove();
  });

  /** What becomes of requests from now on. */
  const treat = (gate: HttpUpstream['gate']): void => {
    upstream.gate = (request) => {
      seen.push(request);
      return gate(request);
    };
  };
  /** A bridge with the server behind it, and an agent in a session. */
  const serve = async (looked = true) => {
    const stateDir = join(dir.path, 'state');
    mkdirSync(stateDir, { mode: 0o700 });
    writeFileSync(
      join(stateDir, 'config.json'),
      JSON.stringify({ upstreams: { web: { url: upstream.url, trustHints: true } } }),
    );
    scene = await SdkScene.start({ stateDir });
    const { client } = await scene.connect();
    if (looked) await client.listTools();
    return client;
  };
  type Client = Awaited<ReturnType<typeof serve>>;
  /** How a call ended, and how often it had its effect. */
  const call = async (client: Client, tool: 'read' | 'write', given: object = {}, signal?: AbortSignal) => {
    count += 1;
    const op = `op-${count}`;
    const input = { name: `web__${tool}`, arguments: { op, ...given } };
    const answer = await client.callTool(input, undefined, signal === undefined ? {} : { signal });
    return { told: toldBy(answer), effects: effectsOf(op), op };
  };
  const effectsOf = (op: string): number => readFileSync(join(dir.path, 'ledger'), 'utf8').split(`${op} `).length - 1;
  const initializes = (): number => seen.filter(({ method }) => method === 'initialize').length;
  const works = async (client: Client): Promise<void> => {
    const { told, effects } = await call(client, 'write');
    assert.deepEqual([told, effects], ['ok', 1]);
  };

  it('a 404 page of a proxy is told, opens no new session, and is forgotten when it is gone', async () => {
    const client = await serve();
    treat(() => proxyPage);
    const ends = [await call(client, 'read'), await call(client, 'write')];
    assert.deepEqual(
      ends.map(({ told, effects }) => [told, effects]),
      [
        ['upstream_unavailable, executed no', 0],
        ['upstream_unavailable, executed no', 0],
      ],
    );
    assert.equal(initializes(), 1);
    treat(() => undefined);
    await works(client);
    assert.equal(upstream.sessions, 1);
  });

  it('a 404 where no session was given opens none, whatever it says', async () => {
    const json = { 'content-type': 'application/json' };
    treat(({ method, id }) => {
      if (method === 'tools/call') return stale;
      if (id === undefined) return { kind: 'answer', status: 202 };
      const result =
        method === 'initialize'
          ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'bare', version: '1' } }
          : { tools: [{ name: 'write', inputSchema: { type: 'object' } }] };
      return { kind: 'answer', status: 200, text: JSON.stringify({ jsonrpc: '2.0', id, result }), headers: json };
    });
    const client = await serve();
    await assert.rejects(call(client, 'write'), { code: -32_001 });
    assert.equal(initializes(), 1);
  });

  for (const status of [429, 503]) {
    it(`an answer of ${status} is waited out by a read, and told of a change that did not run`, async () => {
      const client = await serve();
      let refusals = 1;
      const refuse: Treatment = { kind: 'answer', status, headers: { 'retry-after': '0' } };
      treat((request) => (isCall(request) && refusals-- > 0 ? refuse : undefined));
      assert.equal((await call(client, 'read')).told, 'ok');
      refusals = 1;
      const { told, effects } = await call(client, 'write');
      assert.deepEqual([told, effects], ['upstream_unavailable, executed no', 0]);
      await works(client);
      assert.equal(initializes(), 1);
    });
  }

  it('an answer that is cut off is asked for again by a read, and not known of a change, which ran once', async () => {
    const client = await serve();
    let cuts = 2;
    treat((request) => (isCall(request) && cuts-- > 0 ? { kind: 'cut' } : undefined));
    assert.equal((await call(client, 'read')).told, 'ok');
    assert.equal(seen.filter(isCall).length, 3);
    cuts = 1;
    const { told, effects } = await call(client, 'write');
    assert.deepEqual([told, effects], ['outcome_unknown, executed unknown', 1]);
    await works(client);
  });

  for (const status of [500, 502, 504]) {
    it(`a ${status} in the place of the answer is not known of a change, which may have run`, async () => {
      const client = await serve();
      let replaced = 1;
      treat((request) => (isCall(request) && replaced-- > 0 ? { kind: 'replaced', status } : undefined));
      const { told, effects } = await call(client, 'write');
      assert.deepEqual([told, effects], ['outcome_unknown, executed unknown', 1]);
      await works(client);
    });
  }

  it('an error of it that speaks of sessions is nothing that a shim takes for its own session', async () => {
    const expired: Treatment = {
      kind: 'answer',
      status: 404,
      text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session expired"}}',
      headers: { 'content-type': 'application/json' },
    };
    const client = await serve();
    await works(client);
    const shim = new ShimProcess({ stateDir: scene.bridge.stateDir });
    try {
      await shim.initialize();
      treat((request) => (isCall(request) ? expired : undefined));
      const { error } = await shim.call('web__read', { op: 'read' });
      assert.equal(error?.message, 'Session expired');
      const { result } = await shim.request('holdfast/status');
      assert.equal(result?.['session'], 1);
    } finally {
      await shim.dispose();
    }
  });

  const streams: readonly (readonly [string, Treatment])[] = [
    ['is answered 404', proxyPage],
    ['is answered 500', { kind: 'answer', status: 500 }],
    ['hangs', { kind: 'hang' }],
  ];
  for (const [title, treatment] of streams) {
    it(`a stream of notifications that ${title} leaves calls alone`, async () => {
      treat(({ http }) => (http === 'GET' ? treatment : undefined));
      const client = await serve();
      await eventually(() => seen.find(({ http }) => http === 'GET'), 'the stream');
      for (let round = 0; round < 3; round++) await works(client);
      assert.deepEqual([initializes(), upstream.sessions], [1, 1]);
    });
  }

  it('a DELETE that hangs keeps no bridge from leaving', async () => {
    treat(({ http }) => (http === 'DELETE' ? { kind: 'hang' } : undefined));
    await works(await serve());
    const startedMs = performance.now();
    await scene.bridge.stop();
    assert.ok(seen.some(({ http }) => http === 'DELETE'));
    assert.ok(performance.now() - startedMs < 5_000);
  });

  it('a foreign server on its port serves nobody, and goes unnoticed when it has left', async () => {
    const client = await serve();
    const { port } = upstream;
    await upstream.stop();
    const foreign = await ForeignServer.listen(port);
    assert.ok(foreign !== undefined);
    const { told } = await call(client, 'read');
    assert.equal(told, 'upstream_unavailable, executed no');
    await foreign.close();
    await upstream.start();
    assert.equal((await call(client, 'read')).told, 'ok');
    await works(client);
  });

  it('an initialize that is refused is told to whoever calls, and tried again', async () => {
    treat(({ method }) => (method === 'initialize' ? proxyPage : undefined));
    const client = await serve();
    assert.equal((await call(client, 'write')).told, 'upstream_unavailable, executed no');
    treat(() => undefined);
    await works(client);
  });

  it('an initialize that hangs while a session is renewed ends the call, and a later one opens the session', async () => {
    const client = await serve();
    await works(client);
    upstream.forgetSessions();
    treat(({ method }) => (method === 'initialize' ? { kind: 'hang' } : undefined));
    await assert.rejects(call(client, 'read'), { code: -32_001 });
    treat(() => undefined);
    assert.equal((await call(client, 'read')).told, 'ok');
    await works(client);
  });

  it('a caller that cancels while a session is renewed leaves alone, and the renewal goes on', async () => {
    const client = await serve();
    await works(client);
    upstream.forgetSessions();
    seen = [];
    let release = (): void => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    treat(({ method }) => (method === 'initialize' ? held : undefined));
    const cancel = new AbortController();
    const leaving = call(client, 'read', {}, cancel.signal);
    const staying = call(client, 'read');
    await eventually(() => initializes() || undefined, 'the initialize');
    cancel.abort();
    await assert.rejects(leaving);
    release();
    assert.equal((await staying).told, 'ok');
    assert.deepEqual([initializes(), upstream.sessions], [1, 1]);
  });

  for (const calls of [2, 60]) {
    it(`${calls} stale answers at once make one initialize`, async () => {
      const client = await serve();
      await works(client);
      upstream.forgetSessions();
      seen = [];
      // All of them are out before the first is answered.
      let answer = (): void => {};
      const held = new Promise<Treatment>((resolve) => {
        answer = () => resolve(stale);
      });
      let waiting = 0;
      treat((request) => {
        if (!isCall(request) || waiting === calls) return undefined;
        waiting += 1;
        if (waiting === calls) answer();
        return held;
      });
      const ends = await Promise.all(Array.from({ length: calls }, () => call(client, 'read')));
      assert.deepEqual(new Set(ends.map(({ told }) => told)), new Set(['ok']));
      assert.deepEqual([initializes(), upstream.sessions], [1, 1]);
    });
  }

  it('a stale answer that comes after the renewal only costs its call a retry', async () => {
    const client = await serve();
    await works(client);
    upstream.forgetSessions();
    seen = [];
    let release = (): void => {};
    const held = new Promise<Treatment>((resolve) => {
      release = () => resolve(stale);
    });
    let holds = 1;
    treat((request) => (isCall(request) && holds-- > 0 ? held : undefined));
    const late = call(client, 'read');
    await eventually(() => seen.find(isCall), 'the call that is answered late');
    assert.equal((await call(client, 'read')).told, 'ok');
    release();
    assert.equal((await late).told, 'ok');
    assert.deepEqual([initializes(), upstream.sessions], [1, 1]);
  });

  it('a second stale answer is passed on as the server gave it', async () => {
    const client = await serve();
    await works(client);
    seen = [];
    treat((request) => (isCall(request) ? stale : undefined));
    await assert.rejects(call(client, 'read'), { code: -32_001, message: /Session not found/ });
    assert.equal(initializes(), 1);
    treat(() => undefined);
    await works(client);
  });

  it('a result that speaks of sessions is a result', async () => {
    const client = await serve();
    seen = [];
    for (const text of ['Session not found', 'session expired']) {
      assert.equal((await call(client, 'write', { text })).told, 'ok');
    }
    assert.equal(initializes(), 0);
  });

  it('a call that it runs when the bridge is told to leave is not known, and its agents are told so', async () => {
    const legacy = await serve();
    const { client: modern } = await scene.connectModern();
    const shim = new ShimProcess({ stateDir: scene.bridge.stateDir });
    try {
      await shim.initialize();
      const work = (op: string) => ({ name: 'web__write', arguments: { op, workMs: 20_000 } });
      const running = [
        legacy.callTool(work('of-legacy')),
        modern.callTool(work('of-modern')),
        shim.call(work('of-shim').name, work('of-shim').arguments).then(({ result = {} }) => result),
      ];
      for (const op of ['of-legacy', 'of-modern', 'of-shim']) {
        await eventually(() => begun.includes(op) || undefined, op);
      }
      await scene.bridge.stop();
      assert.deepEqual((await Promise.all(running)).map(toldBy), Array(3).fill('outcome_unknown, executed unknown'));
    } finally {
      await shim.dispose();
    }
  });

  it('a call that waits for it when the bridge is told to leave is answered', async () => {
    const client = await serve();
    await works(client);
    await upstream.stop();
    const waiting = call(client, 'write');
    await eventually(async () => {
      const { stdout } = await runHoldfast(['status', '--state-dir', scene.bridge.stateDir]);
      return stdout.includes('web: connecting') || undefined;
    }, 'the call to wait');
    await scene.bridge.stop();
    const { told, effects } = await waiting;
    assert.deepEqual([/executed (no|unknown)/.test(told), effects], [true, 0], told);
  });
});

function toldBy(answer: object): string {
  const text = JSON.stringify(answer);
  if (!text.includes('"isError":true')) return 'ok';
  const [, code, executed] = /"code":"(\w+)".*"executed":"(\w+)"/.exec(text) ?? [];
  return `${code}, executed ${executed}`;
}
