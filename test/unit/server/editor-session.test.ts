import assert from 'node:assert/strict';
import type { EditorCall, KeyedCall } from '../../../server/editors/editor-call.ts';
import { LinkedEditorSession } from '../../../server/editors/editor-session.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { Hello } from '../../../shared/protocol.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSessionLink, fakeHello } from '../../support/fake-session-link.ts';
import { memoryLog } from '../../support/memory-log.ts';

const result = (id: string, content = '{}') => ({ type: 'result' as const, id, ok: true as const, content });

describe('an editor session', () => {
  let clock: FakeClock;
  let link: FakeSessionLink;
  let session: LinkedEditorSession;

  beforeEach(() => {
    clock = new FakeClock();
    link = new FakeSessionLink();
    session = new LinkedEditorSession(fakeHello(), link, { clock, log: memoryLog().log });
  });

  afterEach(() => {
    session.dispose();
    assert.equal(clock.pending, 0, 'a session leaves no timer behind');
  });

  function start(id: string, change: Partial<EditorCall> = {}): Promise<string> {
    const outcome = session
      .call({
        id,
        tool: 'edit_buffer',
        input: {},
        effect: 'write',
        budgetMs: 5_000,
        agent: { name: 'agent', version: '1', tokenId: 'token-1' },
        signal: new AbortController().signal,
        ...change,
      })
      .catch((error: unknown) => {
        assert.ok(error instanceof HoldfastError);
        assert.notEqual(error.hint, '');
        return `${error.code}, executed ${error.executed}`;
      });
    return outcome;
  }

  function back(change: Partial<Hello> = {}): FakeSessionLink {
    const next = new FakeSessionLink();
    session.attach(fakeHello(change), next);
    return next;
  }

  it('sends a call at once and passes its result on unparsed', async () => {
    const outcome = start('a');
    assert.deepEqual(link.transcript, ['call a 5000']);
    link.receive(result('a', '{"content":[]} '));
    assert.equal(await outcome, '{"content":[]} ');
  });

  it('passes the error of the window on with its code and effect', async () => {
    const outcome = start('a');
    const error = { code: 'no_match', message: 'm', hint: 'h', retryable: false, executed: 'no' } as const;
    link.receive({ type: 'result', id: 'a', ok: false, error });
    assert.equal(await outcome, 'no_match, executed no');
  });

  it('passes progress on', async () => {
    const told: unknown[] = [];
    const outcome = start('a', { progress: (progress) => told.push(progress) });
    link.receive({ type: 'progress', id: 'a', progress: 1, total: 3 });
    link.receive({ type: 'progress', id: 'b', progress: 1 });
    link.receive(result('a'));
    await outcome;
    link.receive({ type: 'progress', id: 'a', progress: 2 });
    assert.deepEqual(told, [{ progress: 1, total: 3 }]);
  });

  describe('while the window asks the person', () => {
    const ask = (waiting: boolean) => link.receive({ type: 'progress', id: 'a', progress: 0, waiting });

    it('lets the time of the call stand still, and does not call that progress', async () => {
      const told: unknown[] = [];
      const outcome = start('a', { progress: (progress) => told.push(progress) });
      await clock.advance(4_000);
      ask(true);
      await clock.advance(limits.approvalWaitMs);
      ask(false);
      await clock.advance(1_400);
      link.receive(result('a', 'done'));
      assert.equal(await outcome, 'done');
      assert.deepEqual(told, []);
    });

    it('goes on with the time that was left', async () => {
      const outcome = start('a');
      await clock.advance(4_000);
      ask(true);
      ask(true);
      await clock.advance(10_000);
      ask(false);
      ask(false);
      await clock.advance(1_499);
      assert.equal(clock.pending, 1);
      await clock.advance(1);
      assert.equal(await outcome, 'timeout, executed unknown');
    });

    it('does not wait for a window that asks for ever, or in ever new turns', async () => {
      const outcome = start('a');
      for (let turn = 0; turn < 4; turn++) {
        ask(true);
        await clock.advance(10_000);
        ask(false);
      }
      await clock.advance(5_000);
      assert.equal(await outcome, 'timeout, executed unknown');
      const other = start('b');
      link.receive({ type: 'progress', id: 'b', progress: 0, waiting: true });
      await clock.advance(limits.approvalWaitMs + 5_500);
      assert.equal(await other, 'timeout, executed unknown');
    });

    it('forgets a call that is cancelled meanwhile', async () => {
      const cancel = new AbortController();
      const outcome = start('a', { signal: cancel.signal });
      ask(true);
      cancel.abort();
      assert.equal(await outcome, 'cancelled, executed unknown');
      ask(false);
      assert.equal(clock.pending, 0);
    });
  });

  it('holds a call while the window is away and gives it its own time when it is back', async () => {
    link.drop();
    assert.equal(session.readiness, 'reconnecting');
    const outcome = start('a');
    await clock.advance(20_000);
    const next = back({ epoch: 'epoch-2' });
    assert.deepEqual(next.transcript, ['call a 5000']);
    await clock.advance(4_000);
    next.receive(result('a', 'done'));
    assert.equal(await outcome, 'done');
  });

  it('times a call out that was held, a margin after its own time', async () => {
    link.drop();
    const outcome = start('a');
    await clock.advance(20_000);
    const next = back();
    await clock.advance(5_500);
    assert.equal(await outcome, 'timeout, executed unknown');
    assert.deepEqual(next.transcript, ['call a 5000', 'cancel a: its time is over']);
  });

  it('repeats what it had sent when the same extension host comes back', async () => {
    const write = start('a');
    const knownRead = start('b', { effect: 'read' });
    const lostRead = start('c', { effect: 'read' });
    link.drop();
    const next = back({ journal: ['a', 'b'] });
    assert.deepEqual(next.transcript, ['call a repeat 5000', 'call b repeat 5000', 'call c 5000']);
    assert.deepEqual(
      next.sent.map((sent) => sent.type === 'call' && sent.orRun),
      [true, true, undefined],
    );
    for (const id of ['a', 'b', 'c']) next.receive(result(id, id));
    assert.deepEqual(await Promise.all([write, knownRead, lostRead]), ['a', 'b', 'c']);
  });

  it('repeats a changing call that the journal of the same host no longer shows, and never as a new one', async () => {
    const outcome = start('a');
    link.drop();
    const next = back();
    assert.deepEqual(next.transcript, ['call a repeat 5000']);
    next.receive(result('a'));
    await outcome;
  });

  it('asks a reloaded window again for reads only; a changing call ends as outcome_unknown', async () => {
    const write = start('a');
    const ui = start('b', { effect: 'ui' });
    const journalled = start('c', { effect: 'destructive' });
    const read = start('d', { effect: 'read' });
    link.drop();
    const next = back({ epoch: 'epoch-2', journal: ['c'] });
    assert.deepEqual(next.transcript, ['call c repeat 5000', 'call d 5000']);
    assert.deepEqual(await Promise.all([write, ui]), [
      'outcome_unknown, executed unknown',
      'outcome_unknown, executed unknown',
    ]);
    next.receive(result('c', 'C'));
    next.receive(result('d', 'D'));
    assert.deepEqual(await Promise.all([journalled, read]), ['C', 'D']);
  });

  it('asks a reloaded window whose journal lacks nothing, which runs what was lost on the way', async () => {
    const write = start('a');
    link.drop();
    const next = back({ epoch: 'epoch-2', journalGapMs: 0 });
    assert.deepEqual(next.transcript, ['call a repeat 5000']);
    next.receive(result('a', 'A'));
    assert.equal(await write, 'A');
    const other = start('b');
    next.drop();
    back({ epoch: 'epoch-3', journalGapMs: 1 });
    assert.equal(await other, 'outcome_unknown, executed unknown');
  });

  describe('with a key', () => {
    const key = (repeat: KeyedCall['repeat']) => ({ key: { fingerprint: 'f', repeat } });

    it('sends what the key stands for, and how it may be answered', () => {
      for (const [id, repeat] of [
        ['a', 'no'],
        ['b', 'answer'],
        ['c', 'answer-or-run'],
      ] as const) {
        void start(id, key(repeat));
      }
      const sent = link.sent.map((message) =>
        message.type === 'call' ? [message.fingerprint, message.repeat, message.orRun] : message,
      );
      assert.deepEqual(sent, [
        ['f', false, undefined],
        ['f', true, undefined],
        ['f', true, true],
      ]);
    });

    it('knows from then on that the window has it, until the window says otherwise or may forget it', () => {
      void start('a', key('no'));
      void start('plain');
      assert.deepEqual([session.holds('a'), session.holds('plain')], [true, false]);
      link.receive(result('a'));
      session.forget(['a']);
      assert.equal(session.holds('a'), false);
      assert.deepEqual(link.sent.at(-1), { type: 'ack', ids: ['a'] });
      link.drop();
      back({ journal: ['x'] });
      assert.deepEqual([session.holds('x'), session.holds('a')], [true, false]);
    });

    it('does not say that nothing was done, when an earlier bridge may have sent it', async () => {
      link.drop();
      const stopped = new AbortController();
      const cancelledCall = start('a', { ...key('answer'), signal: stopped.signal });
      stopped.abort();
      const lost = start('b', key('answer'));
      const fresh = start('c', key('answer-or-run'));
      await clock.advance(30_000);
      assert.deepEqual(await Promise.all([cancelledCall, lost, fresh]), [
        'cancelled, executed unknown',
        'outcome_unknown, executed unknown',
        'link_down, executed no',
      ]);
    });
  });

  it('ends its calls honestly when the grace is over', async () => {
    const write = start('a', { budgetMs: 45_000 });
    const read = start('b', { budgetMs: 45_000, effect: 'read' });
    link.drop();
    const unsent = start('c', { budgetMs: 45_000 });
    let ended = false;
    session.onDidEnd(() => (ended = true));
    await clock.advance(29_999);
    assert.equal(ended, false);
    await clock.advance(1);
    assert.equal(ended, true);
    assert.deepEqual(await Promise.all([write, read, unsent]), [
      'outcome_unknown, executed unknown',
      'link_down, executed no',
      'link_down, executed no',
    ]);
    assert.equal(await start('d'), 'link_down, executed no');
  });

  it('times a call out a margin after the budget, tells the window, and says what was done', async () => {
    const write = start('a');
    const read = start('b', { effect: 'read' });
    await clock.advance(5_499);
    assert.deepEqual(link.transcript.slice(2), []);
    await clock.advance(1);
    assert.deepEqual(link.transcript.slice(2), ['cancel a: its time is over', 'cancel b: its time is over']);
    assert.deepEqual(await Promise.all([write, read]), ['timeout, executed unknown', 'timeout, executed no']);
  });

  it('gives up a call that never left when the window does not come back, as not executed', async () => {
    link.drop();
    const outcome = start('a');
    await clock.advance(30_000);
    assert.equal(await outcome, 'link_down, executed no');
  });

  it('forwards a cancel and settles the call at once', async () => {
    const abort = new AbortController();
    const outcome = start('a', { signal: abort.signal });
    abort.abort();
    assert.equal(await outcome, 'cancelled, executed unknown');
    assert.deepEqual(link.transcript, ['call a 5000', 'cancel a: the agent cancelled it']);
  });

  it('sends a call that is cancelled before it starts to nobody', async () => {
    assert.equal(await start('a', { signal: AbortSignal.abort() }), 'cancelled, executed no');
    assert.deepEqual(link.transcript, []);
  });

  it('owes a cancel to the same extension host only, for as long as the link is down', async () => {
    const abort = new AbortController();
    const outcome = start('a', { signal: abort.signal });
    link.drop();
    abort.abort();
    await outcome;
    const next = back();
    assert.deepEqual(next.transcript, ['cancel a: the agent cancelled it']);
    next.drop();
    assert.deepEqual(back().transcript, []);
  });

  it('owes a reloaded window no cancel', async () => {
    const abort = new AbortController();
    const outcome = start('a', { signal: abort.signal });
    link.drop();
    abort.abort();
    await outcome;
    assert.deepEqual(back({ epoch: 'epoch-2' }).transcript, []);
  });

  it('drops and counts late, second and unknown results', async () => {
    const outcome = start('a');
    link.receive(result('a', 'first'));
    link.receive(result('a', 'second'));
    link.receive(result('unknown'));
    assert.equal(await outcome, 'first');
    assert.equal(session.droppedResults, 2);
  });

  it('takes no result from a link that was replaced', async () => {
    const outcome = start('a');
    const next = back({ journal: ['a'] });
    link.receive(result('a', 'old link'));
    next.receive(result('a', 'new link'));
    assert.equal(await outcome, 'new link');
  });

  it('does not take the close of a replaced link for its own', () => {
    back();
    link.drop();
    assert.equal(session.readiness, 'ready');
  });

  it('refuses more calls than it may hold, and a second call under a running id', async () => {
    const many = Array.from({ length: 256 }, (_, n) => start(`${n}`));
    assert.equal(await start('256'), 'busy, executed no');
    session.dispose();
    await Promise.all(many);
  });

  it('refuses a second call under the id of a running one', async () => {
    const first = start('a');
    assert.equal(await start('a'), 'busy, executed no');
    link.receive(result('a', 'done'));
    assert.equal(await first, 'done');
  });

  it('refuses a call that the link cannot carry and sends nothing', async () => {
    link.maxChars = 1_000;
    assert.equal(await start('a', { input: { text: 'x'.repeat(1_000) } }), 'too_large, executed no');
    assert.deepEqual(link.transcript, []);
  });

  it('keeps the description of the window current', () => {
    let changes = 0;
    session.onDidChange(() => changes++);
    link.receive({ type: 'event', window: { focused: true, dirtyCount: 2 } });
    assert.deepEqual([session.window.focused, session.window.dirtyCount, session.window.name], [true, 2, 'greeter']);
    assert.equal(changes, 1);
  });
});
