import assert from 'node:assert/strict';
import { Breaker } from '../../../../server/recovery/breaker.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { answered, away, cut, FakeUpstream, resultOf } from '../../../support/fake-upstream.ts';

describe('rule 9: the breaker', () => {
  it('opens after so many transport failures in a row, and an answer between them counts from zero', async () => {
    const clock = new FakeClock();
    const breaker = new Breaker({ clock });
    for (let n = 1; n < limits.breakerFailures; n += 1) breaker.failed();
    breaker.succeeded();
    for (let n = 1; n < limits.breakerFailures; n += 1) breaker.failed();
    assert.equal(breaker.admit(), true);
    breaker.failed();
    assert.equal(breaker.admit(), false);
    assert.equal(breaker.pauseMs, limits.breakerOpenMs);
  });

  it('admits one probe after the pause: a failure opens it again, an answer closes it', async () => {
    const clock = new FakeClock();
    const breaker = new Breaker({ clock });
    for (let n = 0; n < limits.breakerFailures; n += 1) breaker.failed();
    await clock.advance(limits.breakerOpenMs);
    assert.deepEqual([breaker.admit(), breaker.admit()], [true, false]);
    breaker.failed();
    assert.equal(breaker.admit(), false);
    await clock.advance(limits.breakerOpenMs);
    assert.deepEqual([breaker.admit(), breaker.admit()], [true, false]);
    breaker.succeeded();
    assert.deepEqual([breaker.admit(), breaker.admit()], [true, true]);
  });
});

describe('rule 9: the breaker of a connection counts transport failures', () => {
  let server: FakeUpstream;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
  });
  afterEach(() => server.close());

  it('and no answer, however bad, is one', async () => {
    for (const end of [
      answered(401, 'no', 'text/plain'),
      answered(404, 'session not found', 'text/plain'),
      answered(429, 'slow down', 'text/plain'),
      answered(500, 'oops', 'text/plain'),
    ]) {
      server.script = () => end;
      for (let n = 0; n <= limits.breakerFailures; n += 1) await server.request('tools/call', {});
    }
    server.script = () => undefined;
    resultOf(await server.request('tools/list'));
  });

  it('also those of a server that takes every connection and breaks it', async () => {
    server.script = () => cut;
    for (let n = 0; n < limits.breakerFailures; n += 1) await server.request('tools/call', { name: 'edit' });
    const sent = server.seen.length;
    const reply = await server.request('tools/call', { name: 'edit' });
    assert.match(reply.kind === 'unreachable' ? reply.reason : '', /socket hang up; the next attempt is due in \d+ s/);
    assert.equal(server.seen.length, sent);
  });

  it('of which those before a success count for nothing', async () => {
    for (let round = 0; round < 3; round += 1) {
      let left = limits.breakerFailures - 1;
      server.script = () => (left-- > 0 ? cut : undefined);
      resultOf(await server.request('ping'));
    }
  });

  it('of one bridge after the other, each killed before it answered, does not open the breaker', async () => {
    let kills = limits.breakerFailures + 1;
    server.script = ({ method }) => {
      if (method !== 'tools/call' || kills === 0) return undefined;
      kills -= 1;
      server.instance = `bridge-${kills}`;
      return cut;
    };
    resultOf(await server.call());
  });

  it('fails at once while the breaker is open, and one probe brings it back', async () => {
    server.connection.lost(await server.connection.acquire(), 'gone');
    server.reach = away();
    const first = server.call();
    await server.clock.advance(limits.recoveryWaitMs);
    await first;
    const tries = server.connects.length;
    const refusedAtOnce = await server.call();
    assert.equal(
      refusedAtOnce.kind === 'unreachable' && /next attempt is due in \d+ s/.test(refusedAtOnce.reason),
      true,
    );
    assert.equal(server.connects.length, tries);
    await server.clock.advance(limits.breakerOpenMs);
    server.reach = () => Promise.resolve();
    for (const reply of await Promise.all([server.call(), server.call()])) resultOf(reply);
    assert.equal(server.connects.length, tries + 1);
  });

  it('and a probe that fails is one attempt, after which the pause begins anew', async () => {
    server.connection.lost(await server.connection.acquire(), 'gone');
    server.reach = away();
    const first = server.call();
    await server.clock.advance(limits.recoveryWaitMs + limits.breakerOpenMs);
    await first;
    const tries = server.connects.length;
    const probes = await Promise.all([server.call(), server.call()]);
    assert.equal(server.connects.length, tries + 1);
    assert.deepEqual(
      probes.map(({ kind }) => kind),
      ['unreachable', 'unreachable'],
    );
    await server.clock.advance(limits.breakerOpenMs - 1);
    await server.call();
    assert.equal(server.connects.length, tries + 1);
  });
});
