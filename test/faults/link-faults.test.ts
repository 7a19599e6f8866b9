import assert from 'node:assert/strict';
import { agentNames, FaultRig } from './rig.ts';
import type { Operation } from './soak/operation.ts';

describe('Of a link that breaks', function () {
  this.timeout(60_000);
  let rig: FaultRig;
  beforeEach(async () => {
    rig = await FaultRig.open();
  });
  afterEach(() => rig.dispose());

  const isRight = (operation: Operation, effects: number) =>
    assert.deepEqual(
      [operation.outcome, operation.offences, rig.effectsOf(operation)],
      [{ kind: 'ok' }, [], effects],
      operation.history.join('\n'),
    );

  for (const agent of agentNames) {
    describe(`an agent (${agent})`, () => {
      it('gets the answer of a change over a reset, before the effect and after it', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 1_600 });
        await rig.begun(operation);
        rig.window.proxy.drop();
        await rig.effected(operation);
        await rig.scene.online();
        rig.window.proxy.drop();
        isRight(await ended, 1);
      });

      it('gets an answer that was cut in its middle', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 100, answerChars: 1_000_000 });
        await rig.begun(operation);
        rig.window.proxy.cutAfter(400_000);
        isRight(await ended, 1);
      });

      it('gets an answer that was held up', async () => {
        rig.window.proxy.weather = { kind: 'slow', delayMs: 200 };
        isRight(await rig.change({ agent }).ended, 1);
        rig.window.proxy.weather = { kind: 'silent' };
        const { ended } = rig.change({ agent });
        setTimeout(() => {
          rig.window.proxy.weather = { kind: 'clear' };
        }, 2_000);
        isRight(await ended, 1);
      });
    });
  }

  it('a cancel reaches the call on the link on which it goes on', async () => {
    const { operation, ended } = rig.change({
      agent: 'modern',
      workMs: 6_000,
      manner: { leaves: { afterMs: 1_500, returns: false } },
    });
    await rig.begun(operation);
    rig.window.proxy.drop();
    await rig.scene.online();
    assert.equal((await ended).outcome?.kind, 'left');
    // Its own end comes after the time of the effect.
    isRight(await rig.change({ agent: 'modern', workMs: 6_000 }).ended, 1);
    assert.equal(rig.effectsOf(operation), 0);
  });

  it('5 MiB to an agent that reads slowly hold up nobody else', async () => {
    const large = rig.read({ agent: 'legacy', answerChars: 5 * 1024 * 1024, manner: { slowly: true } });
    await rig.begun(large.operation);
    for (let count = 0; count < 20; count++) isRight(await rig.change({ agent: 'modern' }).ended, 1);
    assert.equal(large.operation.outcome, undefined);
    isRight(await large.ended, 0);
  });
});
