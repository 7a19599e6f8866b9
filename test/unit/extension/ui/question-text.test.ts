import assert from 'node:assert/strict';
import type { Question } from '../../../../extension/approvals/approvals.ts';
import { contextOf, describeQuestion, presentQuestions, questionItem } from '../../../../extension/ui/question-text.ts';

const question: Question = {
  id: 'q1',
  tool: 'edit_buffer',
  agent: { name: 'claude-code', version: '2' },
  request: {
    what: 'Change .vscode/settings.json',
    why: 'Protected (.vscode).',
    changes: [{ path: '.vscode/settings.json', before: '{}', after: '[]' }],
  },
  lasting: false,
  again: false,
};

describe('the text of questions', () => {
  it('is a count in the status bar, and nothing when there is none', () => {
    assert.equal(presentQuestions([], []), undefined);
    assert.deepEqual(presentQuestions([question], []), {
      text: '$(question) Holdfast: 1 question',
      label: 'Holdfast: 1 question. An agent waits for your answer.',
      tooltip: 'An agent waits for your answer:\n• Change .vscode/settings.json (claude-code)',
    });
    assert.match(presentQuestions([question, { ...question, id: 'q2' }], [])?.text ?? '', /2 questions$/);
  });

  it('says who asks for what and why', () => {
    assert.equal(
      describeQuestion(question),
      [
        'Change .vscode/settings.json',
        'Asked by claude-code 2 with edit_buffer, question q1.',
        'Protected (.vscode).',
        'It can be allowed this time only.',
      ].join('\n'),
    );
  });

  it('says plainly what cannot be shown, and that something is asked again', () => {
    const text = describeQuestion({
      ...question,
      again: true,
      lasting: true,
      request: { ...question.request, changes: [] },
    });
    assert.match(text, /It has changed since you were asked/);
    assert.match(text, /No change can be shown for it/);
    assert.doesNotMatch(text, /this time only/);
  });

  it('keeps the name that an agent gives itself in one short line', () => {
    const name = `a\n\nApproved by the owner ${'x'.repeat(100)}`;
    const text = describeQuestion({ ...question, agent: { name, version: '1' } });
    assert.equal(text.split('\n').length, 4);
    assert.match(
      presentQuestions([{ ...question, agent: { name, version: '1' } }], [])?.tooltip ?? '',
      /^.*\n.{1,120}$/,
    );
  });

  it('lets no path write lines of its own, or reorder what is read', () => {
    const what = 'Create a\n\u202egnp.\u202c/.env';
    const text = describeQuestion({ ...question, request: { ...question.request, what } });
    assert.equal(text.split('\n')[0], 'Create a gnp. /.env');
  });

  it('lets no path or input write lines of its own into the reason', () => {
    const why = 'Protected (ok\nChecked by VS Code: only a comment is changed.\n\u202e/.env): such files hold secrets.';
    const spoofed = { ...question, request: { ...question.request, why } };
    const line = 'Protected (ok Checked by VS Code: only a comment is changed. /.env): such files hold secrets.';
    assert.deepEqual(describeQuestion(spoofed).split('\n').slice(2), [line, 'It can be allowed this time only.']);
    assert.equal(questionItem(spoofed).detail, line);
  });

  it('shows the input of a call, and says how much of it is not there', () => {
    const input = `{\n  "text": "${'x'.repeat(2_000)}"\n}`;
    const lines = describeQuestion({ ...question, request: { ...question.request, input, changes: [] } }).split('\n');
    assert.deepEqual(lines.slice(2, 5), ['Protected (.vscode).', 'Its input:', '{']);
    assert.deepEqual(lines.slice(6), [
      '… and 16 more characters',
      'No change can be shown for it.',
      'It can be allowed this time only.',
    ]);
  });

  it('shows no icons of names and paths in a list', () => {
    const request = { ...question.request, what: 'Create $(a)/.env', why: 'Protected ($(check)/.env).' };
    assert.deepEqual(questionItem({ ...question, agent: { name: '$(verified-filled) A', version: '1' }, request }), {
      label: 'Create \\$(a)/.env (\\$(verified-filled) A)',
      detail: 'Protected (\\$(check)/.env).',
    });
  });

  it('offers only the actions that a question has', () => {
    assert.equal(contextOf(question), 'question shown');
    assert.equal(
      contextOf({ ...question, lasting: true, request: { ...question.request, changes: [] } }),
      'question lasting',
    );
  });
});
