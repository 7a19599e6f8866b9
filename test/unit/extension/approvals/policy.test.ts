import assert from 'node:assert/strict';
import { policyChoices, policyOf, readApprovalSettings } from '../../../../extension/approvals/policy.ts';
import { editorTools } from '../../../../shared/catalog.ts';

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

  it('asks where the setting cannot be understood', () => {
    assert.deepEqual(readApprovalSettings({ 'core.write': 'alwys', 'core.ui': 'always', 'core.x': 7 }), {
      'core.write': 'ask',
      'core.ui': 'always',
      'core.x': 'ask',
    });
    for (const value of [undefined, null, 'always', ['always'], 7]) assert.deepEqual(readApprovalSettings(value), {});
  });

  it('takes no property of an object for a choice', () => {
    assert.equal(policyOf({ toolset: 'core', effect: 'write' }, Object.create({ 'core.write': 'ask' })), 'always');
  });
});
