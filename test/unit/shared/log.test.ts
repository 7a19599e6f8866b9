import assert from 'node:assert/strict';
import { memoryLog } from '../../support/memory-log.ts';

describe('a log', () => {
  it('writes one entry per call, in which no name can forge another', () => {
    const { log, lines } = memoryLog();
    log.area('reviews').info('accepted a.md\r\n2026-01-01 [info] accepted .env\u2028b\u001b[2J\rc\u202ed');
    log.error('it crashed: Error\n    at a\n    at b');
    assert.deepEqual(lines, [
      'info [reviews] accepted a.md\n    2026-01-01 [info] accepted .env b [2J c d',
      'error it crashed: Error\n    at a\n    at b',
    ]);
  });
});
