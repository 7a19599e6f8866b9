import assert from 'node:assert/strict';
import { HoldfastError } from '../../../../shared/errors.ts';
import { CallRig } from './call-rig.ts';

const hi = 'c1 {"content":[{"type":"text","text":"It said hi."}],"structuredContent":{"said":"hi"}}';

describe('CallRouter', () => {
  let rig: CallRig;
  beforeEach(() => {
    rig = new CallRig();
  });
  afterEach(async () => {
    rig.dispose();
    await rig.clock.advance(1_000);
    assert.equal(rig.clock.pending, 0, 'a timer outlived the router');
  });

  it('answers with the serialised result', async () => {
    rig.call({});
    assert.deepEqual(await rig.take(), [`a: ${hi}`]);
  });

  it('knows only the tools of its table, and no property of an object', async () => {
    for (const tool of ['rename', 'constructor', '__proto__']) rig.call({ id: tool, tool });
    assert.deepEqual(await rig.take(), [
      'a: rename tool_missing, executed no, not retryable',
      'a: constructor tool_missing, executed no, not retryable',
      'a: __proto__ tool_missing, executed no, not retryable',
    ]);
  });

  it('refuses an input that does not fit before the handler sees it', async () => {
    rig.call({ input: { txt: 'hi' } });
    assert.deepEqual(await rig.take(), ['a: c1 invalid_input, executed no, not retryable']);
    assert.deepEqual(rig.effects, []);
  });

  it('runs only reading tools in an untrusted workspace', async () => {
    rig.trusted = false;
    rig.call({ id: 'r' });
    rig.call({ id: 'w', tool: 'change' });
    const sent = await rig.take();
    assert.ok(sent.includes('a: w untrusted, executed no, not retryable'));
    assert.equal(sent.length, 2);
    assert.deepEqual(rig.effects, ['hi']);
  });

  it('calls an answer that does not fit its schema internal, and says that the effect happened', async () => {
    // A handler whose type is right and whose value is not, as after an unchecked answer of VS Code.
    rig.handler = async () => JSON.parse('{"said":7}');
    rig.call({ id: 'r' });
    rig.call({ id: 'w', tool: 'change' });
    assert.deepEqual(await rig.take(), [
      'a: r internal, executed no, not retryable',
      'a: w internal, executed yes, not retryable',
    ]);
  });

  it('passes on what a handler says of its failure', async () => {
    rig.handler = async () => {
      throw new HoldfastError('no_match', 'nothing there', { hint: 'look again' });
    };
    rig.call({});
    assert.deepEqual(await rig.take(), ['a: c1 no_match, executed no, not retryable']);
  });

  it('does not know whether a write that failed unforeseen took effect, and logs it', async () => {
    rig.handler = () => Promise.reject(new TypeError('boom'));
    rig.call({ tool: 'change' });
    assert.deepEqual(await rig.take(), ['a: c1 internal, executed unknown, not retryable']);
    assert.deepEqual(rig.warnings, ['change failed unexpectedly: boom']);
  });

  it('survives a handler that throws before it returns a promise', async () => {
    rig.handler = () => {
      throw new TypeError('boom');
    };
    rig.call({});
    assert.deepEqual(await rig.take(), ['a: c1 internal, executed no, not retryable']);
  });

  describe('when the time is over', () => {
    it('answers for a handler that does not stop, shortly after the budget', async () => {
      rig.handler = () => new Promise(() => {});
      rig.call({ id: 'r' });
      rig.call({ id: 'w', tool: 'change' });
      await rig.clock.advance(1_249);
      assert.deepEqual(await rig.take(), []);
      await rig.clock.advance(1);
      assert.deepEqual(await rig.take(), [
        'a: r timeout, executed no, retryable',
        'a: w timeout, executed unknown, not retryable',
      ]);
    });

    it('lets a handler that stops say what it did', async () => {
      rig.handler = (_input, { signal }) =>
        new Promise((_resolve, reject) => {
          const said = new HoldfastError('timeout', 'two of three files written', {
            hint: 'read them',
            executed: 'yes',
          });
          signal.addEventListener('abort', () => reject(said));
        });
      rig.call({ tool: 'change' });
      await rig.clock.advance(1_000);
      assert.deepEqual(await rig.take(), ['a: c1 timeout, executed yes, retryable']);
      assert.equal(rig.clock.pending, 1, 'nothing but the journal waits for a time');
    });

    it('counts an AbortError as the stop that caused it', async () => {
      rig.handler = (_input, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      rig.call({});
      await rig.clock.advance(1_000);
      assert.deepEqual(await rig.take(), ['a: c1 timeout, executed no, retryable']);
      assert.deepEqual(rig.warnings, []);
    });

    it('answers once, though the handler ends later', async () => {
      let end: (output: { said: string }) => void = () => {};
      rig.handler = (_input, { progress }) =>
        new Promise((resolve) => {
          end = (output) => {
            progress({ progress: 9 });
            resolve(output);
          };
        });
      rig.call({});
      await rig.clock.advance(1_250);
      assert.equal((await rig.take()).length, 1);
      end({ said: 'late' });
      assert.deepEqual(await rig.take(), []);
      rig.call({ repeat: true });
      assert.deepEqual(await rig.take(), ['a: c1 timeout, executed no, retryable'], 'the first outcome stands');
    });
  });

  it('stops a cancelled call and no other', async () => {
    rig.handler = (_input, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    rig.call({ id: 'one' });
    rig.call({ id: 'two' });
    rig.router.cancel('one', 'the user');
    rig.router.cancel('nobody', 'the user');
    assert.deepEqual(await rig.take(), ['a: one cancelled, executed no, retryable']);
  });

  it('stops all that runs when the window closes', async () => {
    rig.handler = (_input, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    rig.call({ tool: 'change' });
    rig.dispose();
    assert.deepEqual(await rig.take(), ['a: c1 cancelled, executed unknown, not retryable']);
  });

  it('joins a repeated call that still runs, and answers only the link that asked last', async () => {
    let end: (output: { said: string }) => void = () => {};
    rig.handler = (_input, { progress }) =>
      new Promise((resolve) => {
        end = (output) => {
          progress({ progress: 1, total: 2 });
          resolve(output);
        };
      });
    rig.call({ tool: 'change' }, 'a');
    rig.call({ tool: 'change', repeat: true }, 'b');
    end({ said: 'hi' });
    assert.deepEqual(await rig.take(), ['b: progress c1 1/2', `b: ${hi}`]);
    assert.deepEqual(rig.effects, ['hi']);
  });

  it('answers a repeat from the journal without running it again', async () => {
    rig.call({ tool: 'change' }, 'a');
    await rig.take();
    rig.call({ tool: 'change', repeat: true }, 'b');
    rig.call({ tool: 'change' }, 'c');
    assert.deepEqual(await rig.take(), [`b: ${hi}`, `c: ${hi}`]);
    assert.deepEqual(rig.effects, ['hi']);
  });

  it('never runs a repeat that it knows nothing of', async () => {
    rig.call({ tool: 'change', repeat: true });
    assert.deepEqual(await rig.take(), ['a: c1 outcome_unknown, executed unknown, not retryable']);
    assert.deepEqual(rig.effects, []);
  });

  it('runs a repeat that can only have been lost on its way', async () => {
    rig.call({ tool: 'change', repeat: true, orRun: true });
    rig.call({ tool: 'change', repeat: true, orRun: true }, 'b');
    assert.deepEqual(await rig.take(), [`b: ${hi}`]);
    assert.deepEqual(rig.effects, ['hi']);
  });

  it('does not run one that its journal may have lost', async () => {
    rig.journal.markGap('keyed', 1_000);
    rig.call({ id: 'k', tool: 'change', repeat: true, orRun: true, fingerprint: 'f' });
    rig.call({ id: 'n', tool: 'change', repeat: true, orRun: true });
    const sent = await rig.take();
    assert.ok(sent.includes('a: k outcome_unknown, executed unknown, not retryable'));
    assert.deepEqual(rig.effects, ['hi']);
  });

  it('refuses a key that was used for another call, while that runs and afterwards', async () => {
    rig.call({ tool: 'change', fingerprint: 'one' });
    rig.call({ tool: 'change', fingerprint: 'two', repeat: true }, 'b');
    rig.call({ tool: 'change', fingerprint: 'one', repeat: true }, 'c');
    assert.deepEqual(await rig.take(), ['b: c1 invalid_input, executed no, not retryable', `c: ${hi}`]);
    rig.call({ tool: 'change', fingerprint: 'two', repeat: true }, 'd');
    assert.deepEqual(await rig.take(), ['d: c1 invalid_input, executed no, not retryable']);
    assert.deepEqual(rig.effects, ['hi']);
  });

  describe('while the journal keeps the intent', () => {
    beforeEach(() => {
      rig.dispose();
      rig = new CallRig(400);
    });

    it('stops a call before it starts, and says that nothing was done', async () => {
      rig.call({ tool: 'change' });
      rig.router.cancel('c1', 'the user');
      await rig.clock.advance(400);
      assert.deepEqual(await rig.take(), ['a: c1 cancelled, executed no, retryable']);
      assert.deepEqual(rig.effects, []);
    });

    it('counts the time, and does not start what has none left', async () => {
      rig.handler = () => new Promise(() => {});
      rig.call({ id: 'late', tool: 'change', budgetMs: 300 });
      rig.call({ id: 'slow', tool: 'change', budgetMs: 500 });
      await rig.clock.advance(400);
      assert.deepEqual(await rig.take(), ['a: late timeout, executed no, retryable']);
      await rig.clock.advance(100 + 250);
      assert.deepEqual(await rig.take(), ['a: slow timeout, executed unknown, not retryable']);
    });
  });

  it('forgets what the bridge acknowledged', async () => {
    rig.call({});
    await rig.take();
    assert.deepEqual(rig.router.journal.ids, ['c1']);
    rig.router.ack(['c1', 'c2']);
    assert.deepEqual(rig.router.journal.ids, []);
    rig.call({ repeat: true });
    assert.deepEqual(await rig.take(), ['a: c1 outcome_unknown, executed unknown, not retryable']);
  });

  it('refuses to send more than the link carries', async () => {
    rig.handler = async () => ({ said: 'x'.repeat(5 * 1024 * 1024) });
    rig.call({ tool: 'change' });
    assert.deepEqual(await rig.take(), ['a: c1 too_large, executed yes, not retryable']);
  });
});
