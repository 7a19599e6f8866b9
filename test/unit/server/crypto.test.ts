import assert from 'node:assert/strict';
import { constantTimeEqual, hmacSha256 } from '../../../server/crypto.ts';

describe('the comparison of secrets', () => {
  it('takes the whole secret and nothing else', () => {
    assert.equal(constantTimeEqual('secret', 'secret'), true);
    for (const wrong of ['', 'secre', 'secret1', 'Secret', 'secret\0', '\0\0\0\0\0\0']) {
      assert.equal(constantTimeEqual('secret', wrong), false, JSON.stringify(wrong));
    }
  });

  it('rests on HMAC-SHA256 as base64url (RFC 4231, case 2)', () => {
    assert.equal(
      Buffer.from(hmacSha256('Jefe', 'what do ya want for nothing?'), 'base64url').toString('hex'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});
