import assert from 'node:assert/strict';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import { EditorRegistry } from '../../../../server/editors/editor-registry.ts';
import { windowRecord } from '../../../../server/editors/known-windows.ts';
import { ReturningWindows } from '../../../../server/upstream/returning-windows.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeSessionLink, fakeHello, nothingKnown } from '../../../support/fake-session-link.ts';
import { memoryLog } from '../../../support/memory-log.ts';

describe('Windows of an earlier bridge', () => {
  let clock: FakeClock;
  let registry: EditorRegistry;
  let returning: ReturningWindows;
  let waited: number;

  const open = (...editorIds: string[]): void => {
    clock = new FakeClock();
    const windows = editorIds.map((editorId) => windowRecord(fakeHello({ editorId })));
    const known = { ...nothingKnown, windows };
    registry = new EditorRegistry({ instance: 'i', version: '1', clock, log: memoryLog().log, known });
    returning = new ReturningWindows({ registry, clock });
    waited = 0;
  };
  afterEach(() => {
    returning.dispose();
    registry.dispose();
    assert.equal(clock.pending, 0);
  });
  const link = async (editorId: string): Promise<FakeSessionLink> => {
    const socket = new FakeSessionLink();
    await registry.admit(fakeHello({ editorId }), socket);
    return socket;
  };
  const wait = (found = () => false, signal = new Cancellation()): void =>
    void returning.wait(found, signal).then(() => waited++);

  it('are awaited until each has offered its servers or is forgotten', async () => {
    open('w-one', 'w-two');
    wait();
    (await link('w-one')).receive({ type: 'upstreams', servers: {} });
    await clock.settle();
    assert.deepEqual([returning.isAwaiting, waited], [true, 0]);
    await clock.advance(limits.graceMs);
    assert.deepEqual([returning.isAwaiting, waited], [false, 1]);
  });

  it('are not awaited for long when they are back and offer nothing', async () => {
    open('w-one');
    await link('w-one');
    wait();
    await clock.advance(limits.windowOfferMs - 1);
    assert.equal(waited, 0);
    await clock.advance(1);
    assert.deepEqual([returning.isAwaiting, waited], [false, 1]);
  });

  it('are not awaited by who has found what it wants, or has given up', async () => {
    open('w-one', 'w-two');
    let isThere = false;
    const signal = new Cancellation();
    wait(() => isThere);
    wait(() => false, signal);
    isThere = true;
    (await link('w-two')).receive({ type: 'upstreams', servers: {} });
    await clock.settle();
    assert.equal(waited, 1);
    signal.abort();
    await clock.settle();
    assert.deepEqual([returning.isAwaiting, waited], [true, 2]);
  });

  it('are none for the first bridge, whatever windows come', async () => {
    open();
    await link('w-one');
    assert.equal(returning.isAwaiting, false);
    wait();
    await clock.settle();
    assert.equal(waited, 1);
  });
});
