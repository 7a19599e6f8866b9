import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decode, encode, type ToBridge, toBridgeSchema } from '../../../shared/protocol.ts';

/** Parsed JSON has the prototype of objects; so must what it is compared with. */
const plain = { noNullPrototype: true } as const;
const text = fc.string({ unit: 'binary', maxLength: 40 });
const id = fc.string({ minLength: 1, maxLength: 128 });
const error = fc.record(
  {
    code: fc.constantFrom('not_found' as const, 'internal' as const),
    message: text,
    hint: text,
    retryable: fc.boolean(),
    executed: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
  },
  plain,
);
const message: fc.Arbitrary<ToBridge> = fc.oneof(
  fc.record({ type: fc.constant('result' as const), id, ok: fc.constant(true as const), content: text }, plain),
  fc.record({ type: fc.constant('result' as const), id, ok: fc.constant(false as const), error }, plain),
  fc.record({ type: fc.constant('progress' as const), id, progress: fc.integer(), message: text }, plain),
  fc.record(
    { type: fc.constant('event' as const), window: fc.record({ name: text, trusted: fc.boolean() }, plain) },
    plain,
  ),
  fc.record({ type: fc.constant('shutdown' as const) }, plain),
);
const runs = { seed: 1, numRuns: 500 };

describe('A message of the link', () => {
  it('is the same after its way over the wire, whatever its texts hold', () => {
    fc.assert(
      fc.property(message, (sent) => assert.deepEqual(toBridgeSchema.parse(decode(encode(sent))), sent)),
      runs,
    );
  });

  it('that is any text is an object or a SyntaxError, and never a prototype of ours', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.json(),
          fc.json().map((json) => `${json}\n${json}`),
        ),
        (line) => {
          try {
            const decoded = decode(line);
            assert.ok(typeof decoded === 'object' && decoded !== null);
            assert.equal(Object.getPrototypeOf(decoded), Object.prototype);
          } catch (problem) {
            assert.ok(problem instanceof SyntaxError, String(problem));
          }
        },
      ),
      runs,
    );
  });
});
