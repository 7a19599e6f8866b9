import assert from 'node:assert/strict';
import { mayRepeat } from '../../../../server/recovery/repeat-policy.ts';
import { SseParser } from '../../../../server/recovery/sse-parser.ts';
import { limits } from '../../../../shared/limits.ts';

describe('an event stream', () => {
  const stream =
    '\uFEFFdata: first\n\n: hello\n\nevent: message\ndata: {"a":1}\n\ndata: two\r\ndata: lines\r\n\r\nevent: other\ndata: no\n\nid: 5\ndata:bare\n\ndata: unfinished';

  it('gives the same messages however it is cut into pieces', () => {
    for (let size = 1; size <= stream.length; size += 1) {
      const messages: string[] = [];
      const parser = new SseParser((data) => messages.push(data));
      for (let at = 0; at < stream.length; at += size) parser.push(stream.slice(at, at + size));
      assert.deepEqual(messages, ['first', '{"a":1}', 'two\nlines', 'bare'], `pieces of ${size}`);
    }
  });

  it('may end its lines with bare CRs, also the last one', () => {
    const bare = 'data: one\r\rdata: two\rdata: lines\r\r';
    for (let size = 1; size <= bare.length; size += 1) {
      const messages: string[] = [];
      const parser = new SseParser((data) => messages.push(data));
      for (let at = 0; at < bare.length; at += size) parser.push(bare.slice(at, at + size));
      assert.deepEqual(messages, ['one', 'two\nlines'], `pieces of ${size}`);
    }
  });

  it('costs work in proportion to its size, however large one event is, which is known before it ends', () => {
    let chars = 0;
    const parser = new SseParser((data) => {
      chars += data.length;
    });
    const piece = 'x'.repeat(1_000);
    parser.push('data: ');
    // Looking at the whole line for each piece would be 12 GB of work, which takes longer than this test may.
    for (let count = 0; count < 5_000; count += 1) parser.push(piece);
    assert.equal(parser.unfinishedBytes, 5_000_006);
    parser.push('\n\n: alive\n: ü');
    assert.deepEqual([chars, parser.unfinishedBytes], [5_000_000, 4]);
  }).timeout(10_000);
});

describe('rule 4: the limits of recovery', () => {
  it('let a connection wait longer than all its steps together, and an agent’s request outlast that', () => {
    const sumMs = limits.recoveryStepsMs.reduce((sum, step) => sum + step, 0);
    assert.equal(sumMs, 31_000);
    assert.ok(limits.recoveryWaitMs > sumMs);
    assert.ok(limits.agentRequestMs > limits.recoveryWaitMs);
    assert.ok(limits.agentRequestMs > limits.callMaxMs + limits.callMarginMs);
    assert.ok(limits.lastAnswersMs + limits.endSessionMs < 1_000);
    assert.ok(limits.endSessionMs + limits.serverEndMs + limits.serverTermMs < limits.shutdownMs);
  });
});

describe('rule 5: what may be repeated', () => {
  it('is what provably did not run, what changes nothing, and a call under a key that is honoured', () => {
    const nothing = { notExecuted: false, keyed: false };
    assert.equal(mayRepeat({ method: 'tools/call' }, nothing), false);
    assert.equal(mayRepeat({ method: 'tools/call' }, { ...nothing, notExecuted: true }), true);
    assert.equal(mayRepeat({ method: 'tools/call' }, { ...nothing, keyed: true }), true);
    assert.equal(mayRepeat({ method: 'resources/read' }, nothing), true);
    assert.equal(mayRepeat({ method: 'tasks/cancel' }, { ...nothing, keyed: true }), false);
    assert.equal(mayRepeat({ method: 'tools/call', harmless: true }, nothing), true);
  });
});
