import assert from 'node:assert/strict';
import type { ApprovalRequest, Question } from '../../../../extension/approvals/approvals.ts';
import { limits } from '../../../../shared/limits.ts';
import { CallRig } from './call-rig.ts';

const hi = '{"content":[{"type":"text","text":"It said hi."}],"structuredContent":{"said":"hi"}}';
const guarded: ApprovalRequest = {
  what: 'Change .env',
  why: 'It is protected.',
  changes: [{ path: '.env', before: '', after: 'A=1' }],
};

describe('CallRouter and the person', () => {
  let rig: CallRig;
  beforeEach(() => {
    rig = new CallRig();
  });
  afterEach(async () => {
    rig.dispose();
    await rig.clock.advance(1_000);
    assert.equal(rig.clock.pending, 0, 'a timer outlived the router');
  });

  const change = (id: string, input = { text: 'hi' }) => rig.call({ id, tool: 'change', input });
  function question(): Question {
    const [first] = rig.approvals.questions;
    assert.ok(first, 'no question stands');
    return first;
  }

  it('runs what is asked for only after the person has allowed it, and asks about no read', async () => {
    rig.policy = 'ask';
    rig.call({ id: 'r' });
    change('w');
    const sent = await rig.take();
    assert.deepEqual(sent, ['a: w waits for the person', `a: r ${hi}`]);
    assert.deepEqual(rig.effects, ['hi'], 'only the read ran');
    assert.equal(question().request.input, '{\n  "text": "hi"\n}');
    assert.ok(!question().lasting, 'ask asks for each call');
    rig.approvals.answer(question(), { kind: 'once' });
    assert.deepEqual(await rig.take(), ['a: w goes on', `a: w ${hi}`]);
    assert.deepEqual(rig.effects, ['hi', 'hi']);
  });

  it('shows the input as it is: nothing in it breaks a line, hides or reorders what is read', async () => {
    rig.policy = 'ask';
    change('w', { text: 'a\u202e\u2028\u0085\u{e0041}\n\u200b' });
    await rig.clock.settle();
    const escaped = '"text": "a\\u202e\\u2028\\u0085\\udb40\\udc41\\n\\u200b"';
    assert.equal(question().request.input, `{\n  ${escaped}\n}`);
    assert.equal(question().request.what, `Run change: {${escaped.replace(' ', '')}}`);
  });

  it('does nothing that the person denies', async () => {
    rig.policy = 'ask';
    change('w');
    rig.approvals.answer(question(), { kind: 'deny' });
    assert.deepEqual((await rig.take()).at(-1), 'a: w approval_denied, executed no, not retryable');
    assert.deepEqual(rig.effects, []);
  });

  it('asks no more in the session for a kind that was allowed for it, by that token', async () => {
    rig.policy = 'session';
    change('one');
    rig.approvals.answer(question(), { kind: 'session' });
    await rig.take();
    change('two', { text: 'two' });
    assert.equal((await rig.take()).length, 1);
    rig.call({ id: 'three', tool: 'change', agent: { name: 'agent', version: '1', tokenId: 'token-2' } });
    rig.call({ id: 'four', tool: 'change', agent: { name: 'agent', version: '1' } });
    assert.deepEqual(await rig.take(), ['a: three waits for the person', 'a: four waits for the person']);
    assert.deepEqual(rig.effects, ['hi', 'two']);
  });

  it('lets the time of the call stand still while the person thinks', async () => {
    rig.handler = async ({ text }, { approve, clock }) => {
      await new Promise<void>((resolve) => clock.after(600, resolve));
      await approve(guarded);
      await new Promise<void>((resolve) => clock.after(399, resolve));
      return { said: text };
    };
    change('w');
    await rig.clock.advance(600 + 25_000);
    assert.deepEqual(await rig.take(), ['a: w waits for the person']);
    rig.approvals.answer(question(), { kind: 'once' });
    await rig.clock.advance(399);
    assert.deepEqual(await rig.take(), ['a: w goes on', `a: w ${hi}`]);
  });

  it('still ends a call whose own time is over after the answer', async () => {
    rig.handler = async (_input, { approve }) => {
      await approve(guarded);
      return new Promise(() => {});
    };
    change('w');
    await rig.clock.advance(25_000);
    rig.approvals.answer(question(), { kind: 'once' });
    await rig.clock.advance(1_000 + limits.callStopMs);
    assert.deepEqual((await rig.take()).at(-1), 'a: w timeout, executed unknown, not retryable');
  });

  it('answers pending after the wait; the same call under a new id runs once the person has allowed it', async () => {
    rig.handler = async ({ text }, { approve }) => {
      await approve(guarded);
      return { said: text };
    };
    change('one');
    await rig.clock.advance(limits.approvalWaitMs);
    assert.deepEqual(await rig.take(), [
      'a: one waits for the person',
      'a: one goes on',
      'a: one approval_pending, executed no, retryable',
    ]);
    rig.approvals.answer(question(), { kind: 'once' });
    change('two', { text: 'hi' });
    assert.deepEqual(await rig.take(), [`a: two ${hi}`]);
    change('three', { text: 'hi' });
    assert.deepEqual(await rig.take(), ['a: three waits for the person'], 'the answer was good for one call');
  });

  it('needs each of its answers once, also when every one comes while nobody waits', async () => {
    rig.policy = 'ask';
    rig.handler = async ({ text }, { approve }) => {
      await approve(guarded);
      return { said: text };
    };
    const stands: string[] = [];
    for (const id of ['one', 'two']) {
      change(id);
      await rig.clock.advance(limits.approvalWaitMs);
      assert.deepEqual((await rig.take()).at(-1), `a: ${id} approval_pending, executed no, retryable`);
      stands.push(...rig.approvals.questions.map(({ request, again }) => `${request.what}${again ? ' again' : ''}`));
      await rig.clock.advance(limits.approvalExpiryMs - limits.approvalWaitMs - 1_000);
      rig.approvals.answer(question(), { kind: 'once' });
      await rig.clock.advance(limits.approvalKeepMs - 1_000);
    }
    assert.deepEqual(stands, ['Run change: {"text":"hi"}', 'Change .env']);
    change('three');
    assert.deepEqual(await rig.take(), [`a: three ${hi}`]);
    change('four');
    assert.deepEqual(await rig.take(), ['a: four waits for the person'], 'both answers were good for one call');
    assert.equal(rig.effects.length, 2, 'of the first call that came so far and the one that ran');
  });

  it('is not asked whether it may run again while another of its questions stands', async () => {
    rig.policy = 'ask';
    rig.handler = async ({ text }, { approve }) => {
      await approve(guarded);
      return { said: text };
    };
    change('one');
    await rig.clock.settle();
    rig.approvals.answer(question(), { kind: 'once' });
    for (const id of ['two', 'three']) {
      await rig.clock.advance(limits.approvalWaitMs);
      change(id);
      await rig.clock.settle();
      assert.deepEqual([question().request.what, question().again], ['Change .env', false]);
    }
    rig.approvals.answer(question(), { kind: 'deny' });
    assert.deepEqual((await rig.take()).at(-1), 'a: three approval_denied, executed no, not retryable');
    change('four');
    await rig.clock.settle();
    assert.match(question().request.what, /^Run change/, 'a call that ended otherwise keeps nothing');
  });

  it('runs no other call, and makes no other change, for what was allowed while nobody waited', async () => {
    rig.policy = 'ask';
    let now = guarded;
    rig.handler = async ({ text }, { approve }) => {
      await approve(now);
      return { said: text };
    };
    for (const id of ['one', 'two']) {
      change(id);
      await rig.clock.advance(limits.approvalWaitMs);
      rig.approvals.answer(question(), { kind: 'once' });
    }
    await rig.take();
    change('other', { text: 'other' });
    rig.call({ id: 'thief', tool: 'change', agent: { name: 'agent', version: '1', tokenId: 'token-2' } });
    assert.deepEqual(await rig.take(), ['a: other waits for the person', 'a: thief waits for the person']);
    now = { ...guarded, changes: [{ path: '.env', before: 'B=2', after: 'A=1' }] };
    change('three');
    assert.deepEqual(await rig.take(), ['a: three waits for the person']);
    assert.deepEqual(rig.approvals.questions.map(({ request, again }) => [request.changes[0]?.before, again]).at(-1), [
      'B=2',
      true,
    ]);
  });

  it('runs a pending call again under its own key, and never a second time', async () => {
    rig.policy = 'ask';
    rig.call({ id: 'k', tool: 'change', fingerprint: 'f' });
    await rig.clock.advance(limits.approvalWaitMs);
    await rig.take();
    rig.approvals.answer(question(), { kind: 'once' });
    for (const repeat of [true, true]) rig.call({ id: 'k', tool: 'change', fingerprint: 'f', repeat });
    assert.deepEqual(await rig.take(), [`a: k ${hi}`]);
    rig.call({ id: 'k', tool: 'change', fingerprint: 'f', repeat: true });
    assert.deepEqual(await rig.take(), [`a: k ${hi}`]);
    assert.deepEqual(rig.effects, ['hi']);
  });

  it('waits for all the questions of one call no longer than for one', async () => {
    rig.policy = 'ask';
    rig.handler = async ({ text }, { approve }) => {
      await approve(guarded);
      return { said: text };
    };
    change('w');
    await rig.clock.advance(20_000);
    rig.approvals.answer(question(), { kind: 'once' });
    await rig.clock.advance(10_000);
    assert.deepEqual((await rig.take()).at(-1), 'a: w approval_pending, executed no, retryable');
  });

  it('asks about one change once, however often the call plans it', async () => {
    rig.handler = async ({ text }, { approve }) => {
      for (let attempt = 0; attempt < 3; attempt++) await approve(guarded);
      return { said: text };
    };
    change('w');
    await rig.clock.settle();
    rig.approvals.answer(question(), { kind: 'once' });
    assert.deepEqual(await rig.take(), ['a: w waits for the person', 'a: w goes on', `a: w ${hi}`]);
  });

  it('takes the question away when the agent gives the call up, and says that nothing was done', async () => {
    rig.policy = 'ask';
    change('w');
    rig.router.cancel('w', 'the user');
    assert.deepEqual((await rig.take()).at(-1), 'a: w cancelled, executed no, retryable');
    assert.deepEqual(rig.approvals.questions, []);
    assert.deepEqual(rig.effects, []);
  });

  it('is back in time for a bridge whose clock goes on', async () => {
    rig.policy = 'ask';
    rig.call({ id: 'w', tool: 'change', agent: { name: 'agent', version: '1' } });
    await rig.clock.advance(500);
    assert.deepEqual((await rig.take()).at(-1), 'a: w approval_pending, executed no, retryable');
  });

  it('asks nothing in an untrusted workspace', async () => {
    rig.policy = 'ask';
    rig.trusted = false;
    change('w');
    assert.deepEqual(await rig.take(), ['a: w untrusted, executed no, not retryable']);
  });
});
