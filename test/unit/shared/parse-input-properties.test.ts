import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { catalog } from '../../../shared/catalog.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { parseInput } from '../../../shared/parse-input.ts';

const tools = Object.entries(catalog);
const names = [...new Set(tools.flatMap(([, { input }]) => Object.keys(input.shape))), '_meta', '__proto__', 'x'];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom('1', 'true', 'null', '[]'),
);
const given = fc.oneof(
  fc.anything({ withNullPrototype: true }),
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 }),
);
const runs = { seed: 1, numRuns: 400 };

describe('parseInput, for any arguments', () => {
  for (const [name, definition] of tools) {
    it(`of ${name} gives an input that fits the tool, or one short refusal`, () => {
      fc.assert(
        fc.property(given, (raw) => {
          try {
            const input = parseInput(name, definition, raw);
            assert.deepEqual(definition.input.strict().parse(input), input);
          } catch (error) {
            assert.ok(error instanceof HoldfastError, String(error));
            assert.deepEqual([error.code, error.executed], ['invalid_input', 'no']);
            assert.ok(error.message.length < 6_000);
          }
        }),
        runs,
      );
    });
  }

  it('parses what it gave to the same again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...tools), given, ([name, definition], raw) => {
        let once: unknown;
        try {
          once = parseInput(name, definition, raw);
        } catch {
          // Refused arguments have no second time.
          return;
        }
        assert.deepEqual(parseInput(name, definition, once), once);
        assert.deepEqual(parseInput(name, definition, JSON.stringify(once)), once);
      }),
      runs,
    );
  });
});
