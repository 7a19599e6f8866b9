import assert from 'node:assert/strict';
import type { Question } from '../../../../extension/approvals/approvals.ts';
import { choicesOf } from '../../../../extension/ui/question-choices.ts';

const kind: Question = {
  id: 'q1',
  tool: 'open_file',
  agent: { name: 'claude-code', version: '2' },
  request: { what: 'Run open_file: {}', why: 'Your setting asks.', input: '{}', changes: [] },
  lasting: true,
  again: false,
};
const changes = [{ path: '.env', before: '', after: 'A=1' }];
const texts = (question: Question) => choicesOf(question).map(({ label, does }) => `${label}: ${does.kind}`);

describe('the choices of a question', () => {
  it('begin with what it is about, so that Enter decides nothing', () => {
    assert.deepEqual(texts(kind), [
      '$(go-to-file) Show Input: show',
      '$(check) Allow Once: once',
      '$(check-all) Allow for This Session: session',
      '$(circle-slash) Deny: deny',
      '$(comment) Deny with a Comment: comment',
    ]);
    assert.deepEqual(texts({ ...kind, lasting: false, request: { ...kind.request, changes } }), [
      '$(diff) Show Change: show',
      '$(check) Allow Once: once',
      '$(circle-slash) Deny: deny',
      '$(comment) Deny with a Comment: comment',
    ]);
  });
});
