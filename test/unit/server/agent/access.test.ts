import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { createAccess } from '../../../../server/agent/access.ts';

const token = 'abcdefghijklmnopqrstuvwxyz012345';
const access = createAccess({ port: 4567, token });

function requestWith(headers: Readonly<Record<string, string>>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return request;
}

describe('Access', () => {
  const hosts: readonly (readonly [string | undefined, number | undefined])[] = [
    ['127.0.0.1:4567', undefined],
    ['localhost:4567', undefined],
    ['LOCALHOST:4567', undefined],
    [undefined, 403],
    ['', 403],
    ['127.0.0.1', 403],
    ['localhost', 403],
    ['127.0.0.1:4568', 403],
    ['127.0.0.1:45670', 403],
    ['127.0.0.2:4567', 403],
    ['[::1]:4567', 403],
    ['0.0.0.0:4567', 403],
    ['evil.example:4567', 403],
    ['localhost.evil.example:4567', 403],
    ['evil.example', 403],
    ['localhost:4567.evil.example', 403],
    ['localhost:4567, evil.example', 403],
    ['user@localhost:4567', 403],
  ];
  for (const [host, status] of hosts) {
    it(`${status === undefined ? 'lets in' : 'refuses'} the Host ${JSON.stringify(host)}`, () => {
      assert.equal(access.checkSource(requestWith(host === undefined ? {} : { host }))?.status, status);
    });
  }

  const origins: readonly (readonly [string, number | undefined])[] = [
    ['http://127.0.0.1:4567', undefined],
    ['http://localhost:4567', undefined],
    ['null', 403],
    ['', 403],
    ['https://evil.example', 403],
    ['http://localhost', 403],
    ['http://localhost:80', 403],
    ['https://localhost:4567', 403],
    ['http://localhost:4567.evil.example', 403],
    ['http://localhost:4567/', 403],
    ['http://evil.localhost:4567', 403],
    ['vscode-webview://1', 403],
    ['file://', 403],
  ];
  for (const [origin, status] of origins) {
    it(`${status === undefined ? 'lets in' : 'refuses'} the Origin ${JSON.stringify(origin)}`, () => {
      assert.equal(access.checkSource(requestWith({ host: 'localhost:4567', origin }))?.status, status);
    });
  }

  const bearers: readonly (readonly [string | undefined, number | undefined])[] = [
    [`Bearer ${token}`, undefined],
    [`bearer ${token}`, undefined],
    [`Bearer   ${token} `, undefined],
    [undefined, 401],
    ['', 401],
    ['Bearer', 401],
    ['Bearer ', 401],
    [token, 401],
    [`Basic ${token}`, 401],
    [`Bearer ${token.slice(0, -1)}`, 401],
    [`Bearer ${token}x`, 401],
    [`Bearer ${token.toUpperCase()}`, 401],
    [`Bearer ${token.slice(0, -1)}x`, 401],
    [`Bearer ${token} ${token}`, 401],
    [`Bearer ${token},`, 401],
    [`Bearer "${token}"`, 401],
  ];
  for (const [authorization, status] of bearers) {
    it(`${status === undefined ? 'lets in' : 'refuses'} the authorization ${JSON.stringify(authorization)?.replace(token, '<token>')}`, () => {
      assert.equal(
        access.checkBearer(requestWith(authorization === undefined ? {} : { authorization }))?.status,
        status,
      );
    });
  }

  it('tells a refused agent where the token is, and never a token', () => {
    const refusal = access.checkBearer(requestWith({ authorization: 'Bearer wrong-one' }));
    assert.match(refusal?.message ?? '', /file "token".*HOLDFAST_STATE_DIR/);
    assert.equal(refusal?.headers?.['www-authenticate'], 'Bearer realm="holdfast", error="invalid_token"');
    assert.ok(!JSON.stringify(refusal).includes(token) && !JSON.stringify(refusal).includes('wrong-one'));
    assert.equal(access.checkBearer(requestWith({}))?.headers?.['www-authenticate'], 'Bearer realm="holdfast"');
  });
});
