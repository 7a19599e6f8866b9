import assert from 'node:assert/strict';
import { SessionRecords } from '../../../../server/agent/legacy/session-records.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';
import { MemoryRecords } from '../../../support/memory-records.ts';

const ageS = limits.sessionMaxAgeMs / 1_000;

describe('The record of sessions', () => {
  let clock: FakeClock;
  let file: MemoryRecords;
  let lines: readonly string[];
  beforeEach(() => {
    clock = new FakeClock();
    file = new MemoryRecords();
  });

  /** What a bridge that starts now knows. */
  const started = (): SessionRecords => {
    const memory = memoryLog();
    lines = memory.lines;
    const records = new SessionRecords({ file, clock, log: memory.log });
    records.open();
    return records;
  };
  const nowS = () => Math.floor(clock.wallMs() / 1_000);
  const watch = (uris: readonly string[], level?: 'info') => ({
    untilS: nowS() + ageS,
    level,
    uris: [...uris],
    uriCount: uris.length,
  });
  const everythingLost = { watch: undefined, lost: ['logging/setLevel', 'resources/subscribe'] };

  it('holds over a restart what was in it when its writer was told so', async () => {
    const records = started();
    await records.end('a', nowS() + ageS);
    await records.watch('b', watch(['x:'], 'info'));
    await records.watch('b', watch(['y:'], 'info'));
    records.alias('c', { untilS: nowS() + ageS, session: 'hf1.x.y', detail: 'foreign' });
    await clock.settle();
    const next = started();
    assert.deepEqual([next.isEnded('a'), next.isEnded('b')], [true, false]);
    assert.deepEqual(next.watchOf('b', nowS()), { watch: watch(['y:'], 'info'), lost: [] });
    assert.equal(next.aliasOf('c')?.session, 'hf1.x.y');
    assert.deepEqual(lines, []);
  });

  it('forgets what it held of a session that ends', async () => {
    const records = started();
    await records.watch('a', watch(['x:']));
    records.alias('a', { untilS: nowS() + ageS, session: 's', detail: 'unknown' });
    await records.end('a', nowS() + ageS);
    for (const each of [records, started()]) {
      assert.deepEqual([each.watchOf('a', nowS()).watch, each.aliasOf('a')], [undefined, undefined]);
    }
  });

  it('forgets what speaks of ids that have expired', async () => {
    await started().end('a', nowS() + 10);
    assert.equal(started().isEnded('a'), true);
    await clock.advance(11_000);
    assert.equal(started().isEnded('a'), false);
  });

  it('is written once for all that comes during a write', async () => {
    const records = started();
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => records.end(String(index), nowS() + ageS)));
    assert.ok(file.writes.length <= 4, `${file.writes.length} writes`);
    assert.ok(started().isEnded('999'));
  });

  it('knows of nothing lost in sessions that are younger than the file', () => {
    const issuedS = nowS();
    started();
    assert.deepEqual(started().watchOf('a', issuedS), { watch: undefined, lost: [] });
    assert.deepEqual(started().watchOf('a', issuedS - 1), everythingLost);
  });

  it('that was damaged keeps its other lines, and from then on knows of which sessions it is not sure', async () => {
    const records = started();
    await records.end('a', nowS() + ageS);
    await records.watch('b', watch(['x:']));
    const issuedS = nowS();
    file.text = file.text?.replace('{"kind":"watch"', '\u0000\u0000');
    await clock.advance(5_000);
    for (const next of [started(), started()]) {
      assert.equal(next.isEnded('a'), true);
      assert.deepEqual(next.watchOf('b', issuedS), everythingLost);
      assert.deepEqual(next.watchOf('c', issuedS + 5), { watch: undefined, lost: [] });
    }
    assert.deepEqual(lines, [], 'it is told once, by the first bridge that sees it');
  });

  it('whose last line is torn has lost nothing that anybody was told of, and is whole again', async () => {
    const records = started();
    await records.end('a', nowS() + ageS);
    file.text += '{"kind":"ended","key":"b"';
    const next = started();
    assert.deepEqual([next.isEnded('a'), next.watchOf('x', nowS()).lost, lines], [true, [], []]);
    await next.end('c', nowS() + ageS);
    assert.deepEqual([started().isEnded('a'), started().isEnded('c')], [true, true]);
  });

  it('is bounded, and says of whom something was dropped', async () => {
    const records = started();
    const oldS = nowS();
    await clock.advance(10_000);
    const writes = Array.from({ length: limits.sessionRecordsMax + 1 }, (_, index) =>
      records.watch(String(index), { ...watch(['x:']), untilS: index === 0 ? oldS + ageS : nowS() + ageS }),
    );
    await Promise.all(writes);
    for (const each of [records, started()]) {
      assert.deepEqual(each.watchOf('0', oldS), everythingLost);
      assert.deepEqual(each.watchOf('1', nowS()).lost, []);
      assert.deepEqual(each.watchOf('nothing set', nowS()).lost, []);
    }
    for (let index = 0; index <= limits.terminatedMax; index++) void records.end(String(index), nowS() + ageS);
    assert.deepEqual([records.isEnded('0'), records.isEnded('1')], [false, true]);
    assert.deepEqual(records.watchOf('nothing set', nowS()).lost, [], 'and no session suffers from it');
    for (let index = 0; index <= limits.sessionAliasesMax; index++) {
      records.alias(String(index), { untilS: nowS() + ageS, session: 's', detail: 'unknown' });
    }
    assert.deepEqual([records.aliasOf('0'), records.aliasOf('1')?.session], [undefined, 's']);
    await clock.settle();
  });

  it('keeps the first subscriptions of very many, and says that there were more', async () => {
    const uris = Array.from({ length: limits.sessionRecordMaxUris + 1 }, (_, index) => `r:${index}`);
    await started().watch('a', watch(uris, 'info'));
    const { watch: kept, lost } = started().watchOf('a', nowS());
    assert.deepEqual([kept?.uris, kept?.level, lost], [uris.slice(0, -1), 'info', ['resources/subscribe']]);
  });

  it('is written anew when most of it says nothing any more', async () => {
    const records = started();
    for (let index = 0; index < limits.sessionRecordsStaleLines * 2; index++) await records.watch('a', watch(['x:']));
    assert.ok(file.writes.filter((kind) => kind === 'replace').length >= 2);
    assert.ok((file.text?.split('\n').length ?? 0) <= limits.sessionRecordsStaleLines + 10);
    assert.deepEqual(started().watchOf('a', nowS()).watch?.uris, ['x:']);
  });

  it('that cannot be written is told of once, and is whole once it can', async () => {
    const records = started();
    file.failure = new Error('no space left');
    await records.end('a', nowS() + ageS);
    await records.end('b', nowS() + ageS);
    assert.deepEqual(
      [lines, records.isEnded('a')],
      [["warn after a restart agents' sessions will lack what changes in them now: no space left"], true],
    );
    file.failure = undefined;
    await records.end('c', nowS() + ageS);
    const next = started();
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => next.isEnded(key)),
      [true, true, true],
    );
  });
});
