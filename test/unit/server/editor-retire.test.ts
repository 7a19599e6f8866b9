import assert from 'node:assert/strict';
import type { EditorCall } from '../../../server/editors/editor-call.ts';
import { EditorRegistry } from '../../../server/editors/editor-registry.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { closeCodes } from '../../../shared/protocol.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSessionLink, fakeHello, nothingKnown } from '../../support/fake-session-link.ts';
import { memoryLog } from '../../support/memory-log.ts';

const result = (id: string) => ({ type: 'result', id, ok: true, content: '{}' }) as const;
const replaced = { code: closeCodes.replaced, reason: 'the bridge was replaced' };

describe('Windows of a bridge that was replaced', () => {
  let clock: FakeClock;
  let registry: EditorRegistry;
  beforeEach(() => {
    clock = new FakeClock();
    const { log } = memoryLog();
    registry = new EditorRegistry({ instance: 'i1', version: '1.2.3', clock, log, known: nothingKnown });
  });
  afterEach(() => {
    registry.dispose();
    assert.equal(clock.pending, 0, 'a timer outlived the registry');
  });

  async function admitted(version: number): Promise<FakeSessionLink> {
    const link = new FakeSessionLink();
    assert.equal(await registry.admit(fakeHello({ version }), link), 'welcome');
    link.sent.length = 0;
    return link;
  }

  function start(id: string): Promise<string> {
    const call: EditorCall = {
      id,
      tool: 'edit_buffer',
      input: {},
      effect: 'write',
      budgetMs: 5_000,
      agent: { name: 'agent', version: '1', tokenId: 'token-1' },
      signal: new AbortController().signal,
    };
    const session = registry.get('window-1');
    assert.ok(session);
    return session.call(call).catch((error: unknown) => {
      assert.ok(error instanceof HoldfastError);
      return `${error.info.code}, executed ${error.info.executed}`;
    });
  }

  it('are told, and still take and answer calls on the link to it', async () => {
    const link = await admitted(2);
    const running = start('a');
    registry.retire();
    const late = start('b');
    assert.deepEqual(link.transcript, ['call a 5000', 'moved', 'call b 5000']);
    link.receive(result('a'));
    link.receive(result('b'));
    assert.deepEqual([await running, await late, link.closes], ['{}', '{}', []]);
    registry.closeLinks(replaced.code, replaced.reason);
    assert.deepEqual([link.closes, registry.list()], [[replaced], []]);
  });

  it('are let go with 4004 when they speak the first link version, at once or when their last call is answered', async () => {
    const link = await admitted(1);
    const calls = [start('a'), start('b')];
    registry.retire();
    link.receive(result('a'));
    assert.deepEqual([link.closes, link.transcript], [[], ['call a 5000', 'call b 5000']]);
    link.receive(result('b'));
    await Promise.all(calls);
    assert.deepEqual(link.closes, [replaced]);
    const idle = await admitted(1);
    registry.retire();
    assert.deepEqual([idle.transcript, idle.closes], [[], [replaced]]);
  });

  it('are not waited for when they are away: what was not sent was not executed', async () => {
    const link = await admitted(2);
    const sent = start('a');
    link.drop();
    const held = start('b');
    registry.retire();
    assert.deepEqual([await sent, await held], ['outcome_unknown, executed unknown', 'link_down, executed no']);
    assert.deepEqual(registry.list(), []);
  });

  it('are forgotten without a grace when their link breaks, because they are elsewhere', async () => {
    const link = await admitted(2);
    const sent = start('a');
    registry.retire();
    link.drop();
    assert.equal(await sent, 'outcome_unknown, executed unknown');
    assert.deepEqual(registry.list(), []);
  });
});
