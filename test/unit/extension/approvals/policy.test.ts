import assert from 'node:assert/strict';
import {
  approvalProblems,
  policyChoices,
  policyOf,
  readApprovalSettings,
} from '../../../../extension/approvals/policy.ts';
import { editorTools } from '../../../../shared/catalog.ts';
import { effectOf } from '../../../../shared/define-tool.ts';

describe('the policy of approvals', () => {
  it('asks for what destroys, and never for what reads', () => {
    assert.equal(policyOf({ toolset: 'core', effect: 'destructive' }, {}), 'ask');
    assert.equal(policyOf({ toolset: 'core', effect: 'read' }, { 'core.read': 'ask' }), 'always');
  });

  it('lets edits and shown files of the core toolset pass unless the person says otherwise', () => {
    assert.deepEqual(policyChoices(editorTools), { 'core.write': 'always', 'core.ui': 'always' });
    assert.equal(policyOf({ toolset: 'core', effect: 'write' }, {}), 'always');
    assert.equal(policyOf({ toolset: 'core', effect: 'write' }, { 'core.write': 'session' }), 'session');
    assert.equal(policyOf({ toolset: 'core', effect: 'ui' }, { 'core.write': 'session' }), 'always');
  });

  it('takes a review for something that is shown: it is itself the question whether to change anything', () => {
    const { review_diff } = editorTools;
    const input = { files: [{ path: 'a.md', new_text: 'a' }] };
    const kind = { toolset: review_diff.toolset, effect: effectOf(review_diff, input) };
    assert.equal(policyOf(kind, { 'core.write': 'ask' }), 'always');
    assert.equal(policyOf(kind, { 'core.ui': 'ask' }), 'ask');
  });

  it('asks where the setting cannot be understood', () => {
    assert.deepEqual(readApprovalSettings({ 'core.write': 'alwys', 'core.ui': 'always', 'core.x': 7 }), {
      'core.write': 'ask',
      'core.ui': 'always',
      'core.x': 'ask',
    });
    assert.deepEqual(readApprovalSettings(undefined), {});
    for (const value of [null, 'always', ['always'], 7]) {
      const settings = readApprovalSettings(value);
      assert.equal(policyOf({ toolset: 'core', effect: 'write' }, settings), 'ask');
      assert.equal(policyOf({ toolset: 'core', effect: 'read' }, settings), 'always');
    }
  });

  it('says what of the setting is not understood, and what comes of it', () => {
    const problems = (value: unknown) => approvalProblems(value, editorTools);
    for (const value of [undefined, {}, { 'core.write': 'ask', 'core.ui': 'session' }])
      assert.deepEqual(problems(value), []);
    assert.deepEqual(problems('ask'), [
      'holdfast.approvals is no object like { "core.write": "ask" }: every call that does more than read is asked for.',
    ]);
    assert.deepEqual(problems({ 'core.write': 'alwys', core: 'ask', 'core\n.ui': 'ask' }), [
      'holdfast.approvals: "core.write" is none of "ask", "session", "always": it asks for each call.',
      'holdfast.approvals: there is no kind of call "core", so it restricts nothing. There are "core.write", "core.ui".',
      'holdfast.approvals: there is no kind of call "core\\n.ui", so it restricts nothing. There are "core.write", "core.ui".',
    ]);
  });

  it('takes no property of an object for a choice', () => {
    assert.equal(policyOf({ toolset: 'core', effect: 'write' }, Object.create({ 'core.write': 'ask' })), 'always');
  });
});
