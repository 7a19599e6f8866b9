import assert from 'node:assert/strict';
import { z } from 'zod';
import { HoldfastError } from '../../../shared/errors.ts';
import { parseInput } from '../../../shared/parse-input.ts';

const definition = {
  input: z.object({
    path: z.string().min(1),
    line: z.number().int().positive().optional(),
    save: z.boolean().default(false),
    range: z.object({ start_line: z.number().int(), end_line: z.number().int().optional() }).optional(),
    edits: z.array(z.object({ old: z.string(), new: z.string() })).optional(),
    severity: z.enum(['error', 'warning']).optional(),
    place: z.union([z.string(), z.number()]).optional(),
    target: z.union([z.object({ name: z.string() }), z.number()]).optional(),
  }),
};

const parse = (raw: unknown): unknown => parseInput('read_buffer', definition, raw);

function refusal(raw: unknown): HoldfastError {
  try {
    parse(raw);
  } catch (error) {
    assert.ok(error instanceof HoldfastError);
    assert.equal(error.code, 'invalid_input');
    assert.equal(error.executed, 'no');
    return error;
  }
  throw new Error('the arguments were accepted');
}

describe('parseInput', () => {
  it('accepts what fits and fills in defaults', () => {
    assert.deepEqual(parse({ path: 'a.ts', line: 3 }), { path: 'a.ts', line: 3, save: false });
  });

  it('takes missing arguments for none', () => {
    const none = { input: z.object({}) };
    assert.deepEqual(parseInput('list_windows', none, undefined), {});
    assert.deepEqual(parseInput('list_windows', none, null), {});
  });

  describe('undoes what clients do to values', () => {
    const cases: readonly (readonly [string, object, object])[] = [
      ['a stringified number', { line: '3' }, { line: 3 }],
      ['a stringified boolean', { save: 'true' }, { save: true }],
      ['a stringified object', { range: '{"start_line":2}' }, { range: { start_line: 2 } }],
      ['a stringified list', { edits: '[{"old":"a","new":"b"}]' }, { edits: [{ old: 'a', new: 'b' }] }],
      [
        'a stringified list of stringified objects',
        { edits: '["{\\"old\\":\\"a\\",\\"new\\":\\"b\\"}"]' },
        { edits: [{ old: 'a', new: 'b' }] },
      ],
      ['a stringified number inside an object', { range: { start_line: '2' } }, { range: { start_line: 2 } }],
      ['a stringified object where a union wants one', { target: '{"name":"x"}' }, { target: { name: 'x' } }],
      ['null for an optional argument', { line: null, range: null }, {}],
      ['null for an argument with a default', { save: null }, {}],
    ];
    for (const [title, given, wanted] of cases) {
      it(title, () => assert.deepEqual(parse({ path: 'a.ts', ...given }), { path: 'a.ts', save: false, ...wanted }));
    }

    it('stringified arguments as a whole', () => {
      assert.deepEqual(parse('{"path":"a.ts","line":1}'), { path: 'a.ts', line: 1, save: false });
    });

    it('but leaves text that looks like JSON alone where text is wanted', () => {
      assert.deepEqual(parse({ path: '42', place: '7' }), { path: '42', place: '7', save: false });
    });

    it('and never changes the object that it was given', () => {
      const raw = { path: 'a.ts', range: { start_line: '2' }, _meta: {} };
      parse(raw);
      assert.deepEqual(raw, { path: 'a.ts', range: { start_line: '2' }, _meta: {} });
    });
  });

  describe('drops what clients add', () => {
    for (const added of [
      { _meta: { progressToken: 1 } },
      { random_string: 'dummy' },
      { wait_for_previous: true },
      { toolCallId: 'call_1', sessionId: 's', chatInput: 'hi', action: 'sendMessage' },
    ]) {
      it(Object.keys(added).join(', '), () =>
        assert.deepEqual(parse({ path: 'a.ts', ...added }), { path: 'a.ts', save: false }),
      );
    }

    it('but not an argument of the tool that has the same name', () => {
      const tool = { input: z.object({ action: z.string() }) };
      assert.deepEqual(parseInput('debug_control', tool, { action: 'sendMessage' }), { action: 'sendMessage' });
    });

    it('nor a misspelt argument that happens to have the same name', () => {
      assert.match(refusal({ path: 'a.ts', action: 'apply' }).message, /Unknown argument "action"/);
    });
  });

  describe('names what is wrong', () => {
    const cases: readonly (readonly [string, unknown, RegExp])[] = [
      [
        'an unknown argument, with the closest accepted one',
        { path: 'a', lin: 1 },
        /Unknown argument "lin"\. Did you mean "line"\?/,
      ],
      ['an unknown argument in another case', { Path: 'a' }, /Unknown argument "Path"\. Did you mean "path"\?/],
      ['an unknown argument like none', { path: 'a', colour: 'red' }, /Unknown argument "colour"\.$/],
      [
        'an unknown argument inside an object',
        { path: 'a', range: { start_line: 1, stop: 2 } },
        /"range\.stop".*Accepted there: start_line, end_line/,
      ],
      [
        'an unknown argument inside a list',
        { path: 'a', edits: [{ old: 'a', new: 'b', text: 'c' }] },
        /Unknown argument "edits\[0\]\.text"/,
      ],
      ['a missing argument', {}, /Argument "path" is missing \(a string\)/],
      ['a wrong type', { path: 'a', line: 'three' }, /Argument "line" must be a number, not "three"/],
      ['a fraction', { path: 'a', line: 1.5 }, /Argument "line" must be a whole number, not 1\.5/],
      ['a value out of range', { path: 'a', line: 0 }, /Argument "line": .*>0; it was 0/],
      ['a value that is no option', { path: 'a', severity: 'fatal' }, /must be one of "error", "warning", not "fatal"/],
      [
        'a value that fits no form',
        { path: 'a', target: true },
        /Argument "target" does not fit any accepted form; it was true/,
      ],
      ['an object for a string', { path: { file: 'a' } }, /Argument "path" must be a string, not an object/],
      ['a list for the arguments', ['a'], /one JSON object, not a list/],
      ['text for the arguments', 'a.ts', /one JSON object, not a string/],
    ];
    for (const [title, given, wanted] of cases) {
      it(title, () => assert.match(refusal(given).message, wanted));
    }

    it('everything that is wrong at once', () => {
      const { message } = refusal({ pth: 'a', line: 'x' });
      assert.match(message, /Unknown argument "pth".*"path" is missing.*"line" must be/s);
    });

    it('with the accepted arguments in the hint, required ones marked', () => {
      assert.match(
        refusal({}).hint,
        /Accepted arguments: path \(required\), line, save, range, edits, severity, place, target\./,
      );
    });

    it('without repeating a long value', () => {
      const { message } = refusal({ path: 'a', line: 'x'.repeat(5_000) });
      assert.match(message, /not a string of 5000 characters/);
    });

    it('of very many wrong arguments only the first, and no name at any length', () => {
      const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`made-up-${index}`, 1]));
      const { message } = refusal({ path: 'a', ...many, ['x'.repeat(5_000)]: 1 });
      assert.match(message, /"made-up-0"/);
      assert.ok(message.length < 2_000, `${message.length} characters`);
      assert.ok(refusal({ path: 'a', ['x'.repeat(5_000)]: 1 }).message.length < 500);
      const edits = Array.from({ length: 1_000 }, () => ({}));
      assert.ok(refusal({ path: 'a', edits }).message.length < 2_000);
    });
  });
});
