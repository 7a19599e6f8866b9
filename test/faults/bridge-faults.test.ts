import assert from 'node:assert/strict';
import { agentNames, FaultRig } from './rig.ts';
import { ForeignServer } from './scene/foreign-server.ts';
import type { Operation } from './soak/operation.ts';

describe('Of a bridge that breaks', function () {
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
      it('notices nothing when it was idle, over three kills', async () => {
        isRight(await rig.change({ agent }).ended, 1);
        for (let round = 0; round < 3; round++) {
          await rig.scene.bridge.kill();
          await rig.scene.bridge.start();
          isRight(await rig.change({ agent }).ended, 1);
        }
      });

      it('gets the answer of a read that was running at the kill', async () => {
        const { operation, ended } = rig.read({ agent, workMs: 400 });
        await rig.begun(operation);
        await rig.scene.bridge.kill();
        await rig.scene.bridge.start();
        isRight(await ended, 0);
      });

      it('gets the answer of a change that was killed before its effect, which comes once', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 800 });
        await rig.begun(operation);
        await rig.scene.bridge.kill();
        assert.equal(rig.effectsOf(operation), 0);
        await rig.scene.bridge.start();
        isRight(await ended, 1);
      });

      it('gets the answer of a change that was killed after its effect, which came once', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 800 });
        await rig.effected(operation);
        await rig.scene.bridge.kill();
        await rig.scene.bridge.start();
        isRight(await ended, 1);
      });

      it('gets the answer of a change through a second kill, while the first is healed', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 1_500 });
        await rig.begun(operation);
        for (let round = 0; round < 2; round++) {
          await rig.scene.bridge.kill();
          await rig.scene.bridge.start();
          await rig.scene.online();
        }
        isRight(await ended, 1);
      });

      it('waits for a bridge that stands still', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 200 });
        await rig.begun(operation);
        await rig.scene.bridge.freeze(3_000);
        isRight(await ended, 1);
      });

      it('is told the truth of a change that ran when the bridge was told to leave', async () => {
        const { operation, ended } = rig.change({ agent, workMs: 800 });
        await rig.begun(operation);
        await rig.scene.bridge.stop();
        await rig.scene.bridge.start();
        const { outcome, offences } = await ended;
        const told = outcome?.kind === 'error' ? outcome.executed : outcome?.kind;
        assert.ok(told === 'ok' || told === 'unknown', operation.history.join('\n'));
        assert.deepEqual(offences, []);
        await rig.effected(operation);
        isRight(await rig.change({ agent }).ended, 1);
        assert.equal(rig.effectsOf(operation), 1);
      });
    });
  }

  it('a client without keys runs a change at most once, and goes on in its session', async () => {
    isRight(await rig.change({ agent: 'sdk' }).ended, 1);
    const { operation, ended } = rig.change({ agent: 'sdk', workMs: 600 });
    await rig.begun(operation);
    await rig.scene.bridge.kill();
    await rig.scene.bridge.start();
    assert.equal((await ended).outcome?.kind, 'left');
    await rig.effected(operation);
    isRight(await rig.change({ agent: 'sdk' }).ended, 1);
    assert.equal(rig.effectsOf(operation), 1);
  });

  it('a foreign server on its port learns no secret, serves nobody, and goes unnoticed when it has left', async () => {
    // No shim yet, which would start the next bridge before anybody can take the port.
    const { bridge } = rig.scene;
    const { port, editorSecret, token } = bridge;
    assert.ok(port !== undefined && editorSecret !== undefined && token !== undefined);
    await bridge.kill();
    const foreign = await ForeignServer.listen(port);
    assert.ok(foreign !== undefined);
    await bridge.start();
    await rig.scene.online();
    assert.notEqual(bridge.port, port);
    isRight(await rig.change({ agent: 'shim' }).ended, 1);
    await foreign.close();
    const learned = foreign.received.join('\n');
    assert.deepEqual([learned.includes(editorSecret), learned.includes(token)], [false, false], learned);
    await bridge.kill();
    await bridge.start();
    assert.equal(bridge.port, port);
    isRight(await rig.change({ agent: 'shim' }).ended, 1);
  });
});
