import assert from 'node:assert/strict';
import { Operation, type OperationOptions, type Outcome } from './soak/operation.ts';
import { type FaultRecord, judge } from './soak/oracle.ts';

const kill = (change: Partial<FaultRecord> = {}): FaultRecord => ({
  step: 1,
  kind: 'bridge-kill',
  target: undefined,
  startMs: 40,
  endMs: 60,
  ...change,
});
const timeout: Outcome = { kind: 'error', code: 'timeout', executed: 'unknown' };
const failed = (executed: 'yes' | 'no'): Outcome => ({ kind: 'error', code: 'edit_rejected', executed });
const ok: Outcome = { kind: 'ok' };

/** A change for window-0, from 0 to 100 ms. */
function operation(outcome: Outcome | undefined, change: Partial<OperationOptions> = {}): Operation {
  let nowMs = 0;
  const now = () => nowMs;
  const given = {
    id: 'x',
    agent: 'a',
    tool: 'edit_buffer',
    keyed: true,
    target: 'window-0',
    namesWindow: false,
  } as const;
  const made = new Operation({ ...given, startMs: 0, now, ...change });
  nowMs = 100;
  if (outcome !== undefined) made.end(outcome);
  return made;
}

/** For a server behind the bridge. */
const behind = { tool: 'write', target: 'web' } as const;
const read = { tool: 'read', target: 'web' } as const;
const ofWeb = (kind: FaultRecord['kind']) => kill({ kind, target: 'web' });
const away = kill({ kind: 'link-half-open', target: 'window-1' });
const ofChild = kill({ kind: 'child-kill', target: 'child' });

const verdicts = (made: Operation, effects: number, ...faults: FaultRecord[]) =>
  judge(made, effects, faults).map(({ failure }) => failure);

describe('The oracle of the soak', () => {
  const right: readonly (readonly [string, Operation, number, FaultRecord[]])[] = [
    ['a change that is answered as done and has its effect', operation(ok), 1, []],
    ['a read that is answered', operation(ok, { tool: 'read_buffer' }), 0, []],
    ['a refusal during a fault, without an effect', operation(failed('no')), 0, [kill()]],
    ['an unknown outcome after the window was killed, done', operation(timeout), 1, [kill({ kind: 'window-kill' })]],
    [
      'an unknown outcome after the window was killed, not done',
      operation(timeout),
      0,
      [kill({ kind: 'window-kill' })],
    ],
    ['an unknown outcome of a call without a key', operation(timeout, { keyed: false }), 1, [kill()]],
    ['an unknown outcome behind a bridge that was killed', operation(timeout, behind), 1, [kill()]],
    ['an unknown outcome at a server that was killed', operation(timeout, behind), 0, [ofWeb('upstream-kill')]],
    ['an unknown outcome after a restart while another window is away', operation(timeout), 0, [kill(), away]],
    ['a read that is refused for a server that refuses', operation(failed('no'), read), 0, [ofWeb('upstream-refuses')]],
  ];
  for (const [title, made, effects, faults] of right) {
    it(`takes for right: ${title}`, () => assert.deepEqual(verdicts(made, effects, ...faults), []));
  }

  const elsewhere = kill({ kind: 'window-kill', target: 'window-1' });
  const before = kill({ kind: 'window-kill', startMs: -50, endMs: -10 });
  const wrong: readonly (readonly [string, string, Operation, number, FaultRecord[]])[] = [
    ['lost', 'a change that is answered as done and has no effect', operation(ok), 0, [kill()]],
    ['lost', 'an unknown outcome after a fault that costs none', operation(timeout), 1, [kill()]],
    ['lost', 'an unknown outcome after a fault of another window', operation(timeout), 1, [elsewhere]],
    ['lost', 'an unknown outcome while another window is away', operation(timeout), 0, [away]],
    [
      'lost',
      'an unknown outcome after a restart while another window than the named one is away',
      operation(timeout, { namesWindow: true }),
      0,
      [kill(), away],
    ],
    ['lost', 'an unknown outcome after a fault that was over', operation(timeout), 1, [before]],
    ['lost', 'a read that fails', operation(failed('no'), { tool: 'read_buffer' }), 0, [kill()]],
    ['lost', 'an error when nothing was disturbed', operation(failed('no')), 0, []],
    ['lost', 'no answer when nothing was disturbed', operation({ kind: 'left', why: 'reset' }), 0, []],
    ['doubled', 'two effects, whatever was answered', operation(timeout), 2, [kill({ kind: 'window-kill' })]],
    [
      'lost',
      'an unknown outcome at a server that only refused',
      operation(timeout, behind),
      1,
      [ofWeb('upstream-refuses')],
    ],
    ['lost', 'an unknown outcome at one server when another was killed', operation(timeout, behind), 1, [ofChild]],
    [
      'lost',
      'an unknown outcome in a window when a server was killed',
      operation(timeout),
      1,
      [ofWeb('upstream-kill')],
    ],
    ['lost', 'a read that is refused for a server that was not disturbed', operation(failed('no'), read), 0, [ofChild]],
    ['doubled', 'a change at a server that ran twice', operation(timeout, behind), 2, [ofWeb('upstream-cut')]],
    [
      'misled',
      'an effect at a server of what was refused',
      operation(failed('no'), behind),
      1,
      [ofWeb('upstream-cut')],
    ],
    ['misled', 'an effect of what was refused', operation(failed('no')), 1, [kill()]],
    ['misled', 'no effect of what failed after it', operation(failed('yes')), 0, [kill()]],
    ['hung', 'a call that never ended', operation(undefined), 0, [kill()]],
  ];
  for (const [failure, title, made, effects, faults] of wrong) {
    it(`tells as ${failure}: ${title}`, () => assert.deepEqual(verdicts(made, effects, ...faults), [failure]));
  }

  it('tells as hung a request that waited in vain, unless something was broken at that time', () => {
    const made = operation(ok);
    made.offend('stalled', 'no answer within 90 ms', 10);
    assert.deepEqual([verdicts(made, 1), verdicts(made, 1, kill())], [['hung'], []]);
  });

  it('tells of a protocol error whatever was broken', () => {
    const made = operation(ok);
    made.offend('protocol', '400 Server not initialized');
    made.offend('stale', 'a good session was answered as unknown');
    assert.deepEqual(verdicts(made, 1, kill()), ['protocol', 'protocol']);
  });

  it('tells as misled two answers that contradict each other, unless the keys were replaced between them', () => {
    const made = operation(ok);
    made.offend('contradiction', 'done, and not run');
    assert.deepEqual([verdicts(made, 1, kill()), verdicts(made, 1, kill({ kind: 'keys-replaced' }))], [['misled'], []]);
  });

  it('expects no certainty any more once the keys were replaced', () => {
    const earlier = kill({ kind: 'keys-replaced', startMs: -50, endMs: -10 });
    assert.deepEqual(verdicts(operation(timeout), 0, earlier, kill()), []);
  });

  it('takes nothing amiss that the agent itself has cancelled', () => {
    const made = operation(timeout);
    made.cancelled = true;
    assert.deepEqual(verdicts(made, 1), []);
  });
});
