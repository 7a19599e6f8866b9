import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { readLines } from '../../../../server/stdio/lines.ts';
import type { LineEnds } from '../../../../server/stdio/long-line.ts';
import { limits } from '../../../../shared/limits.ts';
import { ShimRig } from '../../../support/shim-rig.ts';

/** Reads what is written; resolves with the lines and the ends of those that were too long. */
async function read(...parts: readonly string[]) {
  const input = new PassThrough();
  const lines: string[] = [];
  const tooLong: LineEnds[] = [];
  readLines(input, {
    onLine: (line) => lines.push(line),
    onTooLong: (ends) => tooLong.push(ends),
    onEnd: () => {},
  });
  for (const part of parts) input.write(part);
  await turn();
  return { lines, tooLong };
}

const filler = 'x'.repeat(limits.lineMaxBytes);

describe('a line on stdin that is too long', () => {
  it('is passed over except for its two ends, and the next one is read', async () => {
    const { lines, tooLong } = await read(
      'head ',
      filler.slice(0, 1_000),
      filler,
      ' tail\n{"next":1}\n',
      filler,
      'end\n',
    );
    assert.deepEqual(lines, ['{"next":1}']);
    assert.deepEqual(
      tooLong.map(({ head, tail }) => [head.length, head.slice(0, 6), tail.length, tail.slice(-4)]),
      [
        [limits.lineEndBytes, 'head x', limits.lineEndBytes, 'tail'],
        [limits.lineEndBytes, 'xxxxxx', limits.lineEndBytes, 'xend'],
      ],
    );
  });

  for (const [head, tail, id] of [
    ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":"', '"}}', 7],
    ['{ "method": "tools/call", "id": "a\\"b", "params": {"a":"', '"}}', 'a"b'],
    ['{"method":"tools/call","params":{"id":1,"a":"', '"},"jsonrpc":"2.0","id":7}', 7],
    ['{"method":"tools/call","params":{"id":1,"a":"', '","b":{"id":2}},"jsonrpc":"2.0"}', null],
    ['{"method":"tools/call","params":{"a":"', '\\",\\"id\\":\\"7"}}', null],
    ['{"jsonrpc":"2.0","method":"notifications/x","params":{"id":1,"a":"', '"}}', null],
    ['{"jsonrpc":"2.0","id":"server-1","result":{"a":"', '"}}', null],
    ['[{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":"', '"}}]', null],
  ] as const) {
    it(`is answered under ${JSON.stringify(id)}: ${head}…${tail}`, () => {
      const rig = new ShimRig();
      rig.shim.tooLong({ head, tail });
      const error = { code: -32_000, message: 'Payload too large: at most 4194304 bytes' };
      assert.deepEqual(rig.written, [{ jsonrpc: '2.0', id, error }]);
      rig.dispose();
    });
  }
});
