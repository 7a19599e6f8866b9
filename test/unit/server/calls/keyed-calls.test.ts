import assert from 'node:assert/strict';
import { type CallHolders, KeyedCalls } from '../../../../server/calls/keyed-calls.ts';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import type { CallProgress, EditorCall, EditorSession } from '../../../../server/editors/editor-call.ts';
import type { Effect } from '../../../../shared/define-tool.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { fakeEditorSession } from '../../../support/fake-editor-session.ts';

interface Asked {
  readonly call: EditorCall;
  readonly answer: (content: string) => void;
  readonly fail: (error: Error) => void;
}

class Rig {
  readonly clock = new FakeClock();
  readonly asked: Asked[] = [];
  readonly window = fakeEditorSession({
    id: 'window-1',
    call: (call) => new Promise((answer, fail) => this.asked.push({ call, answer, fail })),
  });
  holder: ReturnType<CallHolders['holderOf']>;
  complete = true;
  settle: Promise<void> = Promise.resolve();
  routed: EditorSession = this.window;
  routes = 0;
  readonly calls: KeyedCalls;

  constructor() {
    this.calls = new KeyedCalls({
      holders: {
        holderOf: (id) => this.holder ?? (this.window.holds(id) ? this.window : undefined),
        settled: (_signal, window) => (window === undefined ? this.settle : Promise.resolve()),
        list: () => [this.window],
        isComplete: (window) => this.complete || window !== undefined,
      },
      digest: (text) => text,
      clock: this.clock,
    });
  }

  ask(
    text: string,
    {
      repeat = false,
      effect = 'write',
      signal = new Cancellation(),
      progress,
      window,
    }: {
      repeat?: boolean;
      effect?: Effect;
      signal?: Cancellation;
      progress?: (told: CallProgress) => void;
      window?: string;
    } = {},
  ): Promise<string> {
    const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
    const input = window === undefined ? { text } : { text, window };
    const call = { id: 'k', tool: 'tool', input, effect, budgetMs: 1_000, agent, signal };
    const told = this.calls.run({
      repeat,
      call: progress === undefined ? call : { ...call, progress },
      route: () => {
        this.routes += 1;
        return Promise.resolve(this.routed);
      },
    });
    return told.catch((error: unknown) => {
      assert.ok(error instanceof HoldfastError);
      return `${error.code}, executed ${error.executed}`;
    });
  }

  /** The nth question that reached the window. */
  async at(n: number): Promise<Asked> {
    await this.clock.settle();
    const asked = this.asked[n];
    assert.ok(asked, `no call number ${n}`);
    return asked;
  }

  get modes(): readonly (string | undefined)[] {
    return this.asked.map(({ call }) => call.key?.repeat);
  }
}

describe('Keyed calls', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });

  it('join the one that runs, and hear of its progress', async () => {
    const heard: string[] = [];
    const one = rig.ask('x', { progress: () => heard.push('one') });
    const two = rig.ask('x', { repeat: true, progress: () => heard.push('two') });
    const { call, answer } = await rig.at(0);
    call.progress?.({ progress: 1 });
    answer('done');
    assert.deepEqual(await Promise.all([one, two]), ['done', 'done']);
    assert.deepEqual([heard, rig.modes], [['one', 'two'], ['no']]);
  });

  it('end one by one when they are cancelled, and the call itself with the last', async () => {
    const [first, second] = [new Cancellation(), new Cancellation()];
    const one = rig.ask('x', { signal: first });
    const two = rig.ask('x', { signal: second });
    const { call, fail } = await rig.at(0);
    first.abort();
    assert.equal(await one, 'cancelled, executed unknown');
    assert.equal(call.signal.aborted, false);
    second.abort();
    assert.equal(call.signal.aborted, true);
    fail(new HoldfastError('cancelled', 'm', { hint: 'h', executed: 'unknown' }));
    assert.equal(await two, 'cancelled, executed unknown');
  });

  it('do not join one that is being stopped, but ask the window how it ended', async () => {
    const signal = new Cancellation();
    const one = rig.ask('x', { signal });
    const { fail } = await rig.at(0);
    signal.abort();
    const two = rig.ask('x');
    fail(new HoldfastError('cancelled', 'm', { hint: 'h', executed: 'unknown' }));
    (await rig.at(1)).answer('it was done');
    assert.deepEqual(await Promise.all([one, two]), ['cancelled, executed unknown', 'it was done']);
    assert.deepEqual(rig.modes, ['no', 'answer']);
  });

  it('are refused under the key of another call, while it runs and afterwards', async () => {
    const one = rig.ask('x');
    assert.equal(await rig.ask('y'), 'invalid_input, executed no');
    (await rig.at(0)).answer('done');
    await one;
    assert.equal(await rig.ask('y', { repeat: true }), 'invalid_input, executed no');
    assert.equal(rig.asked.length, 1);
  });

  it('take the members of an object in any order for the same', async () => {
    const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
    const ask = (input: object) =>
      rig.calls.run({
        repeat: false,
        call: {
          id: 'k',
          tool: 't',
          input: { ...input },
          effect: 'write',
          budgetMs: 1,
          agent,
          signal: new Cancellation(),
        },
        route: () => Promise.resolve(rig.window),
      });
    const both = [ask({ a: 1, b: [{ c: 1, d: 2 }] }), ask({ b: [{ d: 2, c: 1 }], a: 1 })];
    (await rig.at(0)).answer('done');
    assert.deepEqual(await Promise.all(both), ['done', 'done']);
  });

  it('go to the window that has them, only to be answered', async () => {
    rig.holder = rig.window;
    const one = rig.ask('x', { repeat: true });
    (await rig.at(0)).answer('done');
    assert.deepEqual([await one, rig.modes, rig.routes], ['done', ['answer'], 0]);
  });

  it('run as repeats when no window has them and all would know', async () => {
    const one = rig.ask('x', { repeat: true });
    (await rig.at(0)).answer('done');
    assert.deepEqual([await one, rig.modes, rig.routes], ['done', ['answer-or-run'], 1]);
  });

  it('are not run as repeats when a window may have had them', async () => {
    rig.complete = false;
    assert.equal(await rig.ask('x', { repeat: true }), 'outcome_unknown, executed unknown');
    rig.complete = true;
    rig.holder = 'gone';
    assert.equal(await rig.ask('x', { repeat: true }), 'outcome_unknown, executed unknown');
    assert.equal(rig.asked.length, 0);
  });

  it('wait as repeats until the windows are back, and as new ones do not', async () => {
    let settled = (): void => {};
    rig.settle = new Promise((resolve) => (settled = resolve));
    const one = rig.ask('x', { repeat: true });
    await rig.clock.settle();
    assert.equal(rig.asked.length, 0);
    rig.holder = rig.window;
    settled();
    (await rig.at(0)).answer('done');
    assert.deepEqual([await one, rig.modes], ['done', ['answer']]);
    const other = new Rig();
    other.settle = new Promise(() => {});
    void other.ask('x');
    assert.equal((await other.at(0)).call.key?.repeat, 'no');
  });

  it('that name their window wait for no other one, and no other one may have had them', async () => {
    rig.settle = new Promise(() => {});
    rig.complete = false;
    const one = rig.ask('x', { repeat: true, window: 'window-1' });
    (await rig.at(0)).answer('done');
    assert.deepEqual([await one, rig.modes], ['done', ['answer-or-run']]);
  });

  it('get the time that is left after a long wait for the windows', async () => {
    rig.settle = new Promise((resolve) => rig.clock.after(limits.callMaxMs - 600, resolve));
    void rig.ask('x', { repeat: true });
    await rig.clock.advance(limits.callMaxMs - 600);
    assert.equal((await rig.at(0)).call.budgetMs, 600);
  });

  it('that only read are simply asked, wherever they were before', async () => {
    rig.complete = false;
    rig.holder = 'gone';
    rig.settle = new Promise(() => {});
    const one = rig.ask('x', { repeat: true, effect: 'read' });
    (await rig.at(0)).answer('done');
    assert.deepEqual([await one, rig.modes], ['done', ['no']]);
  });

  it('may be sent anew after they certainly did nothing', async () => {
    const one = rig.ask('x');
    rig.window.forget(['k']);
    (await rig.at(0)).fail(new HoldfastError('link_down', 'm', { hint: 'h', executed: 'no' }));
    assert.equal(await one, 'link_down, executed no');
    rig.window.forget(['k']);
    void rig.ask('x');
    assert.equal((await rig.at(1)).call.key?.repeat, 'no');
  });

  it('are not run again after their answer was acknowledged; one that runs is not over', async () => {
    const one = rig.ask('x');
    const { answer } = await rig.at(0);
    rig.calls.acknowledge(['k', 'unknown']);
    answer('done');
    assert.equal(await one, 'done');
    assert.equal(rig.window.holds('k'), true);
    rig.calls.acknowledge(['k']);
    assert.equal(rig.window.holds('k'), false);
    assert.equal(await rig.ask('x', { repeat: true }), 'outcome_unknown, executed unknown');
    assert.equal(rig.asked.length, 1);
  });

  it('are forgotten here when their time is over', async () => {
    const one = rig.ask('x');
    (await rig.at(0)).answer('done');
    await one;
    await rig.clock.advance(limits.journalKeepMs);
    rig.window.forget(['k']);
    void rig.ask('y');
    assert.equal((await rig.at(1)).call.key?.repeat, 'no');
  });
});
