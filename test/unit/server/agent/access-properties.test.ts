import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import * as fc from 'fast-check';
import { createAccess } from '../../../../server/agent/access.ts';

const token = 'abcdefghijklmnopqrstuvwxyz012345';
const access = createAccess({ port: 4567, token });
const runs = { seed: 1, numRuns: 500 };

function requestWith(headers: Readonly<Record<string, string>>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return request;
}

/** The right text with something changed in it, or any text at all. */
const near = (right: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.nat(right.length), fc.nat(2), fc.string({ maxLength: 2 }))
      .map(([at, cut, put]) => `${right.slice(0, at)}${put}${right.slice(at + cut)}`),
  );

describe('Access, for any header', () => {
  it('lets through no token but the right one, and never shows it', () => {
    fc.assert(
      fc.property(near(`Bearer ${token}`), (authorization) => {
        const refusal = access.checkBearer(requestWith({ authorization }));
        const given = authorization.replace(/^bearer +/i, '').replace(/ +$/, '');
        assert.equal(refusal === undefined, given === token && /^bearer /i.test(authorization), authorization);
        assert.ok(!JSON.stringify(refusal ?? {}).includes(token));
      }),
      runs,
    );
  });

  it('lets through no Host and no Origin but its own', () => {
    const hosts = ['127.0.0.1:4567', 'localhost:4567'];
    fc.assert(
      fc.property(
        fc.constantFrom(...hosts),
        near('127.0.0.1:4567'),
        near('http://localhost:4567'),
        (own, host, origin) => {
          const isHost = hosts.includes(host.toLowerCase());
          assert.equal(access.checkSource(requestWith({ host })) === undefined, isHost, host);
          const isOrigin = hosts.some((each) => origin === `http://${each}`);
          assert.equal(access.checkSource(requestWith({ host: own, origin })) === undefined, isOrigin, origin);
        },
      ),
      runs,
    );
  });
});
