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
      write(chunk, _encoding, done) {
        pieces.push(String(chunk));
        done();
      },
      writev(chunks, done) {
        pieces.push(chunks.map(({ chunk }) => String(chunk)).join(''));
        done();
      },
    });
    gather = gatherWrites(stream);
  });

  function write(...texts: string[]): void {
    for (const text of texts) {
      gather();
      stream.write(text);
    }
  }

  it('leave at once when they come alone', async () => {
    write('a');
    assert.deepEqual(pieces, ['a']);
    await turn();
    write('b');
    assert.deepEqual(pieces, ['a', 'b']);
  });

  it('leave in their order, all but the first in one piece at the end of the turn', async () => {
    write('a', 'b');
    await Promise.resolve();
    write('c');
    assert.deepEqual(pieces, ['a']);
    await turn();
    assert.deepEqual(pieces, ['a', 'bc']);
  });

  it('leave in one piece after a turn with several, until one comes alone again', async () => {
    write('a', 'b');
    await turn();
    write('c', 'd');
    await turn();
    write('e');
    await turn();
    write('f');
    assert.deepEqual(pieces, ['a', 'b', 'cd', 'e', 'f']);
    await turn();
  });

  it('are lost without an error when the stream is destroyed meanwhile', async () => {
    write('a', 'b');
    stream.destroy();
    await turn();
    assert.deepEqual(pieces, ['a']);
  });
});
