import assert from 'node:assert/strict';
import { noticeText, oneLine } from '../../../../extension/ui/one-line.ts';

describe('texts of others beside our own', () => {
  it('are one line, in the order in which they are written', () => {
    assert.equal(oneLine('a\r\nb\u2028c\u202ed'), 'a b c d');
  });

  it('are no links in a notification', () => {
    const name = 't [Show details](command:workbench.action.quit).md';
    assert.equal(
      noticeText(`${name} has changed.`),
      't [Show details] (command:workbench.action.quit).md has changed.',
    );
    assert.equal(noticeText('[a]\u200b(command:b)\nc'), '[a] (command:b) c');
    assert.equal(noticeText('[[a]](https://b)'), '[[a]] (https://b)');
  });
});
