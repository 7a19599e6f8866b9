import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createSessionIds } from '../../../../server/agent/legacy/session-id.ts';
import { hmacSha256 } from '../../../../server/crypto.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const sessionIds = createSessionIds({
  hmac: hmacSha256,
  sessionKey: 'key',
  token: 'token',
  clock: new FakeClock(),
  randomToken: () => 'AAECAwQFBgcICQoLDA0ODw',
});
const claims = fc.record({
  version: fc.constantFrom('2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'),
  client: fc.record({
    name: fc.string({ unit: 'binary', maxLength: 100 }),
    version: fc.string({ unit: 'binary', maxLength: 50 }),
  }),
  roots: fc.boolean(),
  sampling: fc.boolean(),
  elicitation: fc.boolean(),
});
const runs = { seed: 1, numRuns: 500 };

describe('A session id, for any client', () => {
  it('is short visible ASCII and describes its session', () => {
    fc.assert(
      fc.property(claims, (given) => {
        const { id, claims: minted } = sessionIds.mint(given);
        assert.match(id, /^[!-~]+$/);
        assert.ok(id.length <= limits.sessionIdMaxChars, `${id.length} characters`);
        assert.deepEqual(sessionIds.verify(id), { kind: 'ok', claims: minted });
      }),
      runs,
    );
  });

  it('with any one character changed, left out or added is not honoured', () => {
    fc.assert(
      fc.property(claims, fc.nat(), fc.string({ maxLength: 1 }), (given, place, character) => {
        const { id } = sessionIds.mint(given);
        const at = place % id.length;
        for (const rest of [id.slice(at), id.slice(at + 1)]) {
          const changed = `${id.slice(0, at)}${character}${rest}`;
          if (changed !== id) assert.notEqual(sessionIds.verify(changed).kind, 'ok', changed);
        }
      }),
      runs,
    );
  });

  it('that is any text is not honoured', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String().map((part) => `hf1.${part}.${part}`),
    );
    fc.assert(
      fc.property(text, (id) => assert.notEqual(sessionIds.verify(id).kind, 'ok')),
      runs,
    );
  });
});
