import assert from 'node:assert/strict';
import {
  type Allowance,
  type Answer,
  type ApprovalRequest,
  Approvals,
  type Asker,
  type AskOptions,
} from '../../../../extension/approvals/approvals.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

const request: ApprovalRequest = {
  what: 'Change .vscode/settings.json',
  why: 'It is protected.',
  changes: [{ path: '.vscode/settings.json', before: '{}', after: '{"a":1}' }],
};
const other: ApprovalRequest = { ...request, changes: [{ path: '.vscode/settings.json', before: '{ }', after: '{}' }] };

describe('approvals', () => {
  let clock: FakeClock;
  let approvals: Approvals;
  let heard: string[];
  let allowances: Allowance[];
  let ids: number;

  beforeEach(() => {
    clock = new FakeClock();
    ids = 0;
    approvals = new Approvals({ clock, log: memoryLog().log, newId: () => `q${++ids}` });
    heard = [];
    allowances = [];
  });
  afterEach(() => {
    approvals.dispose();
    assert.equal(clock.pending, 0, 'approvals leave no timer behind');
  });

  function ask(
    name: string,
    {
      call = 'edit',
      tokenId = 'token-1',
      stage = 'change',
      grant,
      signal = new AbortController().signal,
      about = request,
    }: {
      call?: string;
      tokenId?: string | null;
      stage?: AskOptions['stage'];
      grant?: string;
      signal?: AbortSignal;
      about?: ApprovalRequest;
    } = {},
  ): void {
    const asker: Asker = {
      tool: 'edit_buffer',
      call,
      agent: { name: 'agent', version: '1', tokenId: tokenId ?? undefined },
    };
    approvals
      .ask(asker, about, {
        stage,
        grant,
        signal,
        waitMs: limits.approvalWaitMs,
        waits: () => heard.push(`${name} waits`),
      })
      .then(
        (allowance) => {
          heard.push(`${name} may`);
          allowances.push(allowance);
        },
        (error: unknown) => {
          assert.ok(error instanceof HoldfastError);
          heard.push(`${name} ${error.code}, executed ${error.executed}, ${error.retryable ? '' : 'not '}retryable`);
        },
      );
  }
  async function take(): Promise<string[]> {
    await clock.settle();
    return heard.splice(0);
  }
  const openIds = () => approvals.questions.map(({ id }) => id);
  function answer(answer: Answer, id = openIds()[0]): void {
    const question = approvals.questions.find((each) => each.id === id);
    assert.ok(question, `no question ${id}`);
    assert.ok(approvals.answer(question, answer));
  }

  it('asks once for any number of identical calls, and the answer is theirs', async () => {
    for (const name of ['a', 'b', 'c']) ask(name);
    assert.deepEqual(openIds(), ['q1']);
    answer({ kind: 'once' });
    assert.deepEqual(await take(), ['a waits', 'b waits', 'c waits', 'a may', 'b may', 'c may']);
    assert.deepEqual(openIds(), []);
    ask('d');
    assert.deepEqual(await take(), ['d waits'], 'what was allowed once is asked again');
  });

  it('refuses with the comment of the person', async () => {
    const outcome = approvals.ask({ tool: 'edit_buffer', call: 'x', agent: { name: 'a', version: '1' } }, request, {
      stage: 'change',
      grant: undefined,
      signal: new AbortController().signal,
      waitMs: 1_000,
      waits: () => {},
    });
    answer({ kind: 'deny', comment: 'not today' });
    await assert.rejects(outcome, (error: HoldfastError) => {
      assert.match(error.message, /not today/);
      return error.code === 'approval_denied' && error.executed === 'no' && !error.retryable;
    });
  });

  it('ends the call as pending after the wait, and the repeated call waits for the same question', async () => {
    ask('a');
    await clock.advance(limits.approvalWaitMs - 1);
    assert.deepEqual(await take(), ['a waits']);
    await clock.advance(1);
    assert.deepEqual(await take(), ['a approval_pending, executed no, retryable']);
    ask('poll');
    assert.deepEqual(openIds(), ['q1']);
    answer({ kind: 'once' });
    assert.deepEqual(await take(), ['poll waits', 'poll may']);
  });

  it('keeps an answer for the repeated call, once and for a while', async () => {
    ask('a');
    await clock.advance(limits.approvalWaitMs);
    answer({ kind: 'once' });
    ask('poll');
    ask('second');
    assert.deepEqual((await take()).slice(2), ['second waits', 'poll may']);
    answer({ kind: 'once' });
    await take();

    ask('late');
    await clock.advance(limits.approvalWaitMs);
    answer({ kind: 'once' });
    await clock.advance(limits.approvalKeepMs);
    await take();
    ask('too late');
    assert.deepEqual(await take(), ['too late waits']);
  });

  it('keeps what is given back for the repeated call, once, and no longer than its other question may matter', async () => {
    ask('a');
    ask('b');
    answer({ kind: 'once' });
    await take();
    const giveBack = () => {
      for (const allowance of allowances.splice(0)) allowance.giveBack();
    };
    giveBack();
    ask('poll');
    ask('second');
    assert.deepEqual(await take(), ['second waits', 'poll may']);
    giveBack();
    assert.deepEqual(openIds(), ['q2'], 'a question that stands is not answered by it');
    answer({ kind: 'once' });
    await take();
    giveBack();
    await clock.advance(limits.approvalExpiryMs + limits.approvalKeepMs - 1);
    ask('late');
    assert.deepEqual(await take(), ['late may']);
    giveBack();
    await clock.advance(limits.approvalExpiryMs + limits.approvalKeepMs);
    ask('too late');
    assert.deepEqual(await take(), ['too late waits']);
  });

  it('asks about a call and about its change in two questions', async () => {
    ask('call', { stage: 'kind' });
    ask('change', { about: other });
    assert.deepEqual(await take(), ['call waits', 'change waits']);
    assert.deepEqual(
      approvals.questions.map(({ again }) => again),
      [false, false],
    );
  });

  it('keeps a refusal for the repeated call', async () => {
    ask('a');
    await clock.advance(limits.approvalWaitMs);
    answer({ kind: 'deny' });
    await take();
    ask('poll');
    assert.deepEqual(await take(), ['poll approval_denied, executed no, not retryable']);
  });

  it('takes an unanswered question for a refusal', async () => {
    ask('a');
    await clock.advance(limits.approvalExpiryMs - 1_000);
    ask('waiting');
    await clock.advance(1_000);
    assert.deepEqual(await take(), [
      'a waits',
      'a approval_pending, executed no, retryable',
      'waiting waits',
      'waiting approval_denied, executed no, not retryable',
    ]);
    assert.deepEqual(openIds(), []);
    ask('b', { call: 'another' });
    await clock.advance(limits.approvalExpiryMs);
    await take();
    ask('poll', { call: 'another' });
    assert.deepEqual(await take(), ['poll approval_denied, executed no, not retryable']);
  });

  it('asks again when what would happen has changed since it was allowed', async () => {
    ask('a');
    await clock.advance(limits.approvalWaitMs);
    answer({ kind: 'once' });
    await take();
    ask('poll', { about: other });
    assert.deepEqual(await take(), ['poll waits']);
    assert.deepEqual(
      approvals.questions.map(({ id, again, request: { changes } }) => [id, again, changes[0]?.before]),
      [['q2', true, '{ }']],
    );
  });

  it('shows only the newest of two changes that one call would make, and tells who waits for the other', async () => {
    ask('a');
    ask('b', { about: other });
    assert.deepEqual(await take(), ['a waits', 'b waits', 'a approval_pending, executed no, retryable']);
    assert.deepEqual(openIds(), ['q2']);
    answer({ kind: 'once' });
    assert.deepEqual(await take(), ['b may']);
  });

  it('gives a question up with the last call that waits for it, but not one that is polled', async () => {
    const first = new AbortController();
    const second = new AbortController();
    ask('a', { signal: first.signal });
    ask('b', { signal: second.signal });
    first.abort();
    assert.deepEqual(openIds(), ['q1']);
    second.abort();
    assert.deepEqual(openIds(), []);
    assert.deepEqual((await take()).slice(2), [
      'a cancelled, executed no, retryable',
      'b cancelled, executed no, retryable',
    ]);
    const third = new AbortController();
    ask('c');
    await clock.advance(limits.approvalWaitMs);
    ask('poll', { signal: third.signal });
    third.abort();
    assert.deepEqual(openIds(), ['q2']);
  });

  it('allows for the session only the kind, and only the token, that was asked about', async () => {
    ask('a', { grant: 'core.write' });
    ask('same kind', { call: 'another', grant: 'core.write' });
    ask('other token', { call: 'another', tokenId: 'token-2', grant: 'core.write' });
    assert.deepEqual(
      approvals.questions.map(({ lasting }) => lasting),
      [true, true, true],
    );
    answer({ kind: 'session' }, 'q1');
    assert.deepEqual((await take()).slice(3), ['a may', 'same kind may']);
    ask('later', { call: 'later', grant: 'core.write' });
    ask('other kind', { call: 'later', grant: 'files.destructive' });
    ask('each', { call: 'later' });
    assert.deepEqual(await take(), ['other kind waits', 'each waits', 'later may']);
  });

  it('gives nothing for the session where it was not offered', async () => {
    ask('each');
    answer({ kind: 'session' });
    ask('nobody', { call: 'x', tokenId: null, grant: 'core.write' });
    assert.equal(approvals.questions[0]?.lasting, false);
    answer({ kind: 'session' });
    await take();
    ask('each');
    ask('nobody', { call: 'x', tokenId: null, grant: 'core.write' });
    assert.deepEqual(await take(), ['each waits', 'nobody waits']);
  });

  it('does not let one token fetch what another was allowed', async () => {
    ask('a');
    await clock.advance(limits.approvalWaitMs);
    answer({ kind: 'once' });
    await take();
    ask('thief', { tokenId: 'token-2' });
    ask('nobody', { tokenId: null });
    assert.deepEqual(await take(), ['thief waits', 'nobody waits']);
  });

  it('answers a question once, and none that is over', async () => {
    ask('a');
    const [question] = approvals.questions;
    assert.ok(question);
    assert.ok(!approvals.answer({ ...question }, { kind: 'once' }), 'a copy is not the question');
    assert.ok(approvals.answer(question, { kind: 'once' }));
    assert.ok(!approvals.answer(question, { kind: 'deny' }));
    assert.deepEqual(await take(), ['a waits', 'a may']);
  });

  it('holds a bounded number of questions, and forgets unfetched answers first', async () => {
    for (let at = 0; at < limits.approvalsMax; at++) ask(`${at}`, { call: `${at}` });
    await clock.advance(limits.approvalWaitMs);
    await take();
    ask('one more', { call: 'more' });
    assert.deepEqual(await take(), ['one more busy, executed no, retryable']);
    answer({ kind: 'once' });
    ask('one more', { call: 'more' });
    assert.deepEqual(await take(), ['one more waits']);
  });

  it('tells that a question came and went', () => {
    let told = 0;
    approvals.onDidChange(() => told++);
    ask('a');
    assert.equal(told, 1);
    answer({ kind: 'once' });
    assert.equal(told, 2);
  });
});
