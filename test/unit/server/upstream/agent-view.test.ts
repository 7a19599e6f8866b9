import assert from 'node:assert/strict';
import fc from 'fast-check';
import { agentItem, agentResult } from '../../../../server/upstream/agent-view.ts';
import { agentName, agentUri, ownName, ownUri } from '../../../../server/upstream/upstream-names.ts';

describe('What agents see of a server behind the bridge', () => {
  it('has names and URIs that lead back to it, whatever they hold', () => {
    const server = fc.stringMatching(/^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/, { maxLength: 12 });
    fc.assert(
      fc.property(server, fc.string(), (name, own) => {
        assert.deepEqual(ownName(agentName(name, own)), { server: name, name: own });
        assert.deepEqual(ownUri(agentUri(name, own)), { server: name, name: own });
      }),
    );
  });

  it('is not taken for one of its own where there is no server in a name', () => {
    assert.equal(ownName('read_buffer'), undefined);
    assert.equal(ownUri('holdfast://windows'), undefined);
    assert.equal(ownUri('holdfast-upstream://other'), undefined);
  });

  it('lacks what is between a server and its own client: tasks, and arguments as headers', () => {
    const region = { type: 'string', 'x-mcp-header': 'Region' };
    const inputSchema = {
      type: 'object',
      properties: { region, at: { type: 'object', properties: { region } }, 'x-mcp-header': { type: 'string' } },
    };
    const described = { name: 'go', execution: { taskSupport: 'optional' }, inputSchema };
    const plain = { type: 'string' };
    assert.deepEqual(agentItem('other', 'tools', { key: 'go', described }), {
      name: 'other__go',
      inputSchema: {
        type: 'object',
        properties: { region: plain, at: { type: 'object', properties: { region: plain } }, 'x-mcp-header': plain },
      },
    });
  });

  it('names in results what can be read through the bridge, and leaves addresses of the web alone', () => {
    const resource = { uri: 'note://one', text: 'first' };
    const link = { type: 'resource_link', uri: 'note://two', name: 'two' };
    const web = { type: 'resource_link', uri: 'https://example.org/x', name: 'x' };
    const text = { type: 'text', text: 'note://one' };
    const content = [{ type: 'resource', resource }, link, web, text];
    assert.deepEqual(agentResult('other', { content, isError: false }), {
      content: [
        { type: 'resource', resource: { ...resource, uri: 'holdfast-upstream://other/note://one' } },
        { ...link, uri: 'holdfast-upstream://other/note://two' },
        web,
        text,
      ],
      isError: false,
    });
    const messages = [{ role: 'user', content: link }];
    assert.deepEqual(agentResult('other', { messages }), {
      messages: [{ role: 'user', content: { ...link, uri: 'holdfast-upstream://other/note://two' } }],
    });
  });

  it('stays as it is where it has another form than expected', () => {
    for (const result of [
      { content: 'text' },
      { content: [7, null] },
      { messages: ['x'] },
      { contents: [{ uri: 5 }] },
    ]) {
      assert.deepEqual(agentResult('other', result), result);
    }
  });
});
