import assert from 'node:assert/strict';
import { RpcError } from '../../../../server/agent/json-rpc.ts';
import { UpstreamLists } from '../../../../server/upstream/upstream-lists.ts';
import { limits } from '../../../../shared/limits.ts';
import { memoryLog } from '../../../support/memory-log.ts';

type Result = Readonly<Record<string, unknown>>;

describe('The lists of a server behind the bridge', () => {
  const asked: { method: string; params: object; answer: (result: Result | Error) => void }[] = [];
  const changes: string[] = [];
  let lists: UpstreamLists;
  beforeEach(() => {
    asked.length = 0;
    changes.length = 0;
    lists = new UpstreamLists({
      ask: (method, params) =>
        new Promise((resolve, reject) => {
          const answer = (result: Result | Error) => (result instanceof Error ? reject(result) : resolve(result));
          asked.push({ method, params, answer });
        }),
      onDidChange: (list) => changes.push(list),
      log: memoryLog().log,
    });
    lists.declare({ tools: {} });
  });
  const tools = (...names: string[]) => ({ tools: names.map((name) => ({ name })) });
  const names = () => lists.of('tools').map(({ key }) => key);

  it('rule 7: a slow old listing never overwrites a new one, and whoever waits for it gets the new one', async () => {
    const first = lists.refresh('tools');
    const second = lists.refresh('tools');
    asked[1]?.answer(tools('new'));
    await second;
    asked[0]?.answer(tools('old'));
    await first;
    assert.deepEqual(names(), ['new']);
    assert.deepEqual(changes, ['tools']);
  });

  it('rule 7: an old listing that is over first waits for the new one', async () => {
    let over = false;
    const first = lists.refresh('tools').then(() => {
      over = true;
    });
    const second = lists.refresh('tools');
    asked[0]?.answer(tools('old'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([over, names()], [false, []]);
    asked[1]?.answer(tools('new'));
    await Promise.all([first, second]);
    assert.deepEqual(names(), ['new']);
  });

  it('rule 7: tell of a real difference only', async () => {
    for (const listed of [tools('a'), tools('a'), tools('a', 'b')]) {
      const refreshed = lists.refresh('tools');
      asked.at(-1)?.answer(listed);
      await refreshed;
    }
    assert.deepEqual(changes, ['tools', 'tools']);
  });

  it('keep what they had when a listing fails, and lose it when the server no longer knows how to list', async () => {
    const end = async (answer: Result | Error) => {
      const refreshed = lists.refresh('tools');
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

  it('follow pages, but not for ever, and pass over what is no item', async () => {
    const refreshed = lists.refresh('tools');
    for (let page = 0; page < limits.upstreamListPagesMax; page += 1) {
      asked[page]?.answer({ tools: [{ name: `t${page}` }, { title: 'nameless' }, 'x'], nextCursor: `c${page}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await refreshed;
    assert.equal(asked.length, limits.upstreamListPagesMax);
    assert.deepEqual(asked[2]?.params, { cursor: 'c1' });
    assert.equal(names().length, limits.upstreamListPagesMax);
  });
});
