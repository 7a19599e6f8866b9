import assert from 'node:assert/strict';
import { agentNames, FaultRig } from './rig.ts';
import type { Operation } from './soak/operation.ts';

describe('Of a window that breaks', function () {
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
  const told = ({ outcome }: Operation) => (outcome?.kind === 'error' ? outcome.executed : outcome?.kind);

  for (const agent of agentNames) {
    describe(`an agent (${agent})`, () => {
      it('gets the answer of a read that was running when the extension host was killed', async () => {
        const { operation, ended } = rig.read({ agent, workMs: 400 });
        await rig.begun(operation);
        await rig.window.process.kill();
        rig.window.process.begin();
        isRight(await ended, 0);
      });

      it('is told that a change is unknown that was killed before its effect, and it never comes', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 800 });
        await rig.begun(operation);
        await rig.window.process.kill();
        rig.window.process.begin();
        assert.equal(told(await ended), 'unknown', operation.history.join('\n'));
        isRight(await rig.change({ agent }).ended, 1);
        assert.equal(rig.effectsOf(operation), 0);
      });

      it('is told that a change is unknown that was killed after its effect, and it does not come twice', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 800 });
        await rig.effected(operation);
        await rig.window.process.kill();
        rig.window.process.begin();
        assert.equal(told(await ended), 'unknown', operation.history.join('\n'));
        isRight(await rig.change({ agent }).ended, 1);
        assert.equal(rig.effectsOf(operation), 1);
      });

      it('is told the truth of a change that ran while the window reloaded', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 800 });
        await rig.begun(operation);
        await rig.window.process.leave();
        rig.window.process.begin();
        const said = told(await ended);
        const effects = rig.effectsOf(operation);
        assert.ok(said === 'unknown' || (said === 'no' && effects === 0), operation.history.join('\n'));
        assert.ok(effects <= 1);
      });

      it('waits for a window that reloads, with a call that was not sent yet', async () => {
        await rig.window.process.leave();
        const { ended } = rig.change({ agent });
        rig.window.process.begin();
        isRight(await ended, 1);
      });

      it('waits for an extension host that stands still', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 200 });
        await rig.begun(operation);
        rig.window.process.freeze();
        setTimeout(() => rig.window.process.thaw(), 3_000);
        isRight(await ended, 1);
      });

      it('gets the stored answer when window and bridge are killed after it was written', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 20, answerChars: 50_000, manner: { slowly: true } });
        await rig.effected(operation);
        await rig.scene.bridge.freeze(300);
        await rig.scene.bridge.kill();
        await rig.window.process.kill();
        rig.window.process.begin();
        await rig.scene.bridge.start();
        isRight(await ended, 1);
      });
    });
  }

  it('nothing is lost when its bridge is killed with it, while it works', async () => {
    const { operation, ended } = rig.change({ workMs: 800 });
    await rig.begun(operation);
    await rig.window.process.kill();
    await rig.scene.bridge.kill();
    rig.window.process.begin();
    await rig.scene.bridge.start();
    assert.equal(told(await ended), 'unknown', operation.history.join('\n'));
    assert.equal(rig.effectsOf(operation), 0);
  });

  it('two on one folder have an id and a journal each, and each answers its own calls over a kill', async () => {
    const second = await rig.scene.openWindow('window-0');
    await rig.scene.online();
    const first = rig.window;
    assert.notEqual(first.process.editorId, second.process.editorId);
    const calls = [first, second].map((window) => rig.change({ workMs: 800, window, named: true }));
    for (const [index, { operation }] of calls.entries()) await rig.begun(operation, [first, second][index]);
    await rig.scene.bridge.kill();
    await rig.scene.bridge.start();
    for (const { ended } of calls) isRight(await ended, 1);
  });
});
