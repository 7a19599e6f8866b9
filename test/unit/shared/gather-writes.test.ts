import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { gatherWrites } from '../../../shared/gather-writes.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Gathered writes', () => {
  let pieces: string[];
  let stream: Writable;
  let gather: () => void;
  beforeEach(() => {
    pieces = [];
    stream = new Writable({
      writev(chunks, done) {
        pieces.push(chunks.map(({ chunk }) => String(chunk)).join(''));
        done();
      },
    });
    gather = gatherWrites(stream);
  });

  function write(text: string): void {
    gather();
    stream.write(text);
  }

  it('leave in one piece and in their order at the end of the turn', async () => {
    write('a');
    await Promise.resolve();
    write('b');
    assert.deepEqual(pieces, []);
    await turn();
    assert.deepEqual(pieces, ['ab']);
  });

  it('of the next turn are another piece', async () => {
    write('a');
    await turn();
    write('b');
    await turn();
    assert.deepEqual(pieces, ['a', 'b']);
  });

  it('of a stream that was destroyed meanwhile are lost without an error', async () => {
    write('a');
    stream.destroy();
    await turn();
    assert.deepEqual(pieces, []);
  });
});
