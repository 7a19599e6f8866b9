import assert from 'node:assert/strict';
import { createSessionIds, type SessionIdDeps } from '../../../../server/agent/legacy/session-id.ts';
import { hmacSha256 } from '../../../../server/crypto.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const client = { name: 'claude-code', version: '2.0.1' };
const request = { version: '2025-11-25', client, roots: true, sampling: false, elicitation: true };

function sessionIds(overrides: Partial<SessionIdDeps> = {}) {
  const deps = {
    hmac: hmacSha256,
    sessionKey: 'key',
    token: 'token',
    clock: new FakeClock(),
    randomToken: () => 'AAECAwQFBgcICQoLDA0ODw',
  };
  return createSessionIds({ ...deps, ...overrides });
}

describe('A session id', () => {
  it('describes its own session', () => {
    const { id, claims } = sessionIds().mint(request);
    assert.deepEqual(sessionIds().verify(id), { kind: 'ok', claims });
    assert.equal(claims.version, '2025-11-25');
    assert.deepEqual(claims.client, client);
    assert.deepEqual([claims.roots, claims.sampling, claims.elicitation], [true, false, true]);
  });

  for (let bits = 0; bits < 8; bits++) {
    it(`keeps the capability flags ${bits.toString(2).padStart(3, '0')}`, () => {
      const flags = { roots: (bits & 1) !== 0, sampling: (bits & 2) !== 0, elicitation: (bits & 4) !== 0 };
      const verified = sessionIds().verify(sessionIds().mint({ ...request, ...flags }).id);
      assert.ok(verified.kind === 'ok');
      const { roots, sampling, elicitation } = verified.claims;
      assert.deepEqual({ roots, sampling, elicitation }, flags);
    });
  }

  it('differs for two sessions of one client', () => {
    let count = 0;
    const ids = sessionIds({ randomToken: () => `random-${count++}` });
    assert.notEqual(ids.mint(request).id, ids.mint(request).id);
  });

  it('is visible ASCII of bounded length, whatever the client calls itself', () => {
    const names = [
      'x'.repeat(10_000),
      '"'.repeat(500),
      '\\'.repeat(500),
      '\u0000'.repeat(500),
      '日本語'.repeat(100),
      '😀'.repeat(100),
      '',
    ];
    for (const name of names) {
      const { id } = sessionIds().mint({ ...request, client: { name, version: name } });
      assert.match(id, /^[!-~]+$/);
      assert.ok(id.length <= limits.sessionIdMaxChars, `${id.length} characters`);
      assert.equal(sessionIds().verify(id).kind, 'ok');
    }
  });

  it('reveals nothing of the token', () => {
    const token = 'a-rather-long-and-secret-token';
    const { id, claims } = sessionIds({ token }).mint(request);
    const payload = Buffer.from(id.split('.')[1] ?? '', 'base64url').toString();
    assert.ok(!payload.includes(token) && !token.includes(claims.tokenId));
  });

  it('is refused when any one of its characters is another', () => {
    const ids = sessionIds();
    const { id } = ids.mint(request);
    for (let index = 0; index < id.length; index++) {
      for (const character of ['A', 'B', '_', '.', '=', ' ']) {
        const tampered = id.slice(0, index) + character + id.slice(index + 1);
        if (tampered !== id) assert.notEqual(ids.verify(tampered).kind, 'ok', `character ${index} as ${character}`);
      }
    }
  });

  it('is refused when it is cut, extended or doubled', () => {
    const ids = sessionIds();
    const { id } = ids.mint(request);
    for (let length = 0; length < id.length; length++) assert.notEqual(ids.verify(id.slice(0, length)).kind, 'ok');
    for (const other of [`${id}A`, `${id}=`, `${id}.`, ` ${id}`, `${id}${id}`, `${id}.${id}`]) {
      assert.notEqual(ids.verify(other).kind, 'ok', other);
    }
  });

  it('is unknown when it is not of our form', () => {
    for (const id of ['', 'x', '1d2c', 'hf1', 'hf1.', 'hf1..', 'hf2.a.b', `hf1.${'a'.repeat(600)}.b`]) {
      assert.equal(sessionIds().verify(id).kind, 'unknown', id);
    }
  });

  it('is foreign under another key or another token', () => {
    const { id, claims } = sessionIds().mint(request);
    assert.deepEqual(sessionIds({ sessionKey: 'another' }).verify(id), { kind: 'foreign', claims });
    assert.deepEqual(sessionIds({ token: 'another' }).verify(id), { kind: 'foreign', claims });
    const unreadable = `hf1.${Buffer.from('no claims').toString('base64url')}.AAAA`;
    assert.deepEqual(sessionIds().verify(unreadable), { kind: 'foreign', claims: undefined });
  });

  it('expires after its greatest age, not before', async () => {
    const clock = new FakeClock();
    const ids = sessionIds({ clock });
    const { id, claims } = ids.mint(request);
    await clock.advance(limits.sessionMaxAgeMs);
    assert.equal(ids.verify(id).kind, 'ok');
    await clock.advance(1_000);
    assert.deepEqual(ids.verify(id), { kind: 'expired', claims });
    assert.ok(ids.isExpired(claims));
  });
});
