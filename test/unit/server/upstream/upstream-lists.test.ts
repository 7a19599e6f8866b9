import assert from 'node:assert/strict';
import { RpcError } from '../../../../server/agent/json-rpc.ts';
import { UpstreamLists } from '../../../../server/upstream/upstream-lists.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

type Result = Readonly<Record<string, unknown>>;

describe('The lists of a server behind the bridge', () => {
  const asked: { method: string; params: object; answer: (result: Result | Error) => void }[] = [];
  const changes: string[] = [];
  let clock: FakeClock;
  let logged: readonly string[];
  let isThere: boolean;
  let lists: UpstreamLists;
  beforeEach(() => {
    asked.length = 0;
    changes.length = 0;
    clock = new FakeClock();
    isThere = true;
    const { log, lines } = memoryLog();
    logged = lines;
    lists = new UpstreamLists({
      ask: (method, params) =>
        new Promise((resolve, reject) => {
          const answer = (result: Result | Error) => (result instanceof Error ? reject(result) : resolve(result));
          asked.push({ method, params, answer });
        }),
      isThere: () => isThere,
      onDidChange: (list) => changes.push(list),
      clock,
      random: () => 1,
      log,
    });
    lists.declare({ tools: {} });
  });
  afterEach(() => {
    lists.dispose();
    assert.equal(clock.pending, 0, 'timers are left');
  });
  const tools = (...names: string[]) => ({ tools: names.map((name) => ({ name })) });
  const names = () => lists.of('tools').map(({ key }) => key);

  it('rule 7: a slow old listing never overwrites a new one, and whoever waits for it gets the new one', async () => {
    const first = lists.refresh();
    const second = lists.refresh();
    asked[1]?.answer(tools('new'));
    await second;
    asked[0]?.answer(tools('old'));
    await first;
    assert.deepEqual(names(), ['new']);
    assert.deepEqual(changes, ['tools']);
  });

  it('rule 7: an old listing that is over first waits for the new one', async () => {
    let over = false;
    const first = lists.refresh().then(() => {
      over = true;
    });
    const second = lists.refresh();
    asked[0]?.answer(tools('old'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([over, names()], [false, []]);
    asked[1]?.answer(tools('new'));
    await Promise.all([first, second]);
    assert.deepEqual(names(), ['new']);
  });

  it('rule 7: tell of a real difference only', async () => {
    for (const listed of [tools('a'), tools('a'), tools('a', 'b')]) {
      const refreshed = lists.refresh();
      asked.at(-1)?.answer(listed);
      await refreshed;
    }
    assert.deepEqual(changes, ['tools', 'tools']);
  });

  it('keep what they had when a listing fails, and lose it when the server no longer knows how to list', async () => {
    const end = async (answer: Result | Error) => {
      const refreshed = lists.refresh();
      asked.at(-1)?.answer(answer);
      await refreshed;
    };
    await end(tools('a'));
    await end(new Error('away'));
    assert.deepEqual(names(), ['a']);
    await end(new RpcError(-32_601, 'Method not found'));
    assert.deepEqual(names(), []);
  });

  it('ask for nothing that the server has not declared, and lose what it declares no more', async () => {
    const refreshed = lists.refresh();
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['tools/list'],
    );
    asked[0]?.answer(tools('a'));
    await refreshed;
    lists.declare({});
    await lists.refresh();
    assert.deepEqual(names(), []);
    assert.equal(asked.length, 1);
  });

  it('ask again for what could not be listed, in ever longer steps, and say why as long as it is so', async () => {
    const first = lists.refresh();
    asked[0]?.answer(new RpcError(-32_603, 'not yet'));
    await first;
    assert.equal(lists.failure, 'tools/list failed: not yet');
    await clock.advance(1_000);
    asked[1]?.answer(new Error('HTTP 500'));
    await clock.advance(1_999);
    assert.equal(asked.length, 2);
    await clock.advance(1);
    asked[2]?.answer(tools('a'));
    await clock.settle();
    assert.deepEqual([names(), lists.failure], [['a'], undefined]);
    assert.deepEqual(logged, ['warn tools/list failed: not yet; it is tried again']);
  });

  it('leave it to the way back to a server that is away to ask again', async () => {
    const first = lists.refresh();
    asked[0]?.answer(new Error('away'));
    await first;
    isThere = false;
    await clock.advance(120_000);
    assert.equal(asked.length, 1);
  });

  it('are asked for once more when a server tells of many changes at once, not once for each', async () => {
    for (let count = 0; count < 500; count += 1) lists.changed('tools');
    await clock.settle();
    assert.equal(asked.length, 1);
    asked[0]?.answer(tools('a'));
    await clock.settle();
    assert.equal(asked.length, 2);
    asked[1]?.answer(tools('a', 'b'));
    await clock.settle();
    assert.deepEqual([names(), asked.length], [['a', 'b'], 2]);
    lists.changed('tools');
    assert.equal(asked.length, 3);
  });

  /** Lists all that a server has to give, page by page. */
  const listing = async (page: (params: object) => Result) => {
    const refreshed = lists.refresh();
    for (let at = 0; at < asked.length; at += 1) {
      const { params = {}, answer } = asked[at] ?? {};
      answer?.(page(params));
      await clock.settle();
    }
    await refreshed;
  };

  it('follow pages however small they are, pass over what is no item, and say where they end', async () => {
    let page = 0;
    await listing(() => {
      page += 1;
      return { tools: [{ name: `t${page}` }, { title: 'nameless' }, 'x'], nextCursor: `c${page}` };
    });
    assert.equal(asked.length, limits.upstreamItemsMax);
    assert.deepEqual(asked[2]?.params, { cursor: 'c2' });
    assert.equal(names().length, limits.upstreamItemsMax);
    asked.length = 0;
    await listing(() => tools(...Array.from({ length: limits.upstreamItemsMax + 1 }, (_, at) => `t${at}`)));
    assert.equal(names().length, limits.upstreamItemsMax);
    const said = 'warn tools/list holds what agents are not shown: all after the first 500';
    assert.deepEqual(logged, [`${said}, what has no name`, said]);
  });

  it('end where pages begin again, and hold each item once', async () => {
    for (const nextCursor of ['', 'same']) {
      asked.length = 0;
      await listing(() => ({ ...tools('a', 'b', 'a'), nextCursor }));
      assert.deepEqual([names(), asked.length], [['a', 'b'], 2], `"${nextCursor}"`);
    }
    const repeated = ['a', 'b'].map((name) => `${name} once more`).join(', ');
    assert.deepEqual(logged, [`warn tools/list holds what agents are not shown: ${repeated}`]);
  });
});
