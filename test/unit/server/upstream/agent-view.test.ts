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

  it('has structured content as an object, which is all that clients of the older era take', () => {
    const outputSchema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'array', items: {} };
    const described = { name: 'go', inputSchema: { type: 'object' }, outputSchema };
    assert.deepEqual(agentItem('other', 'tools', { key: 'go', described })['outputSchema'], {
      $schema: outputSchema.$schema,
      type: 'object',
      properties: { result: outputSchema },
      required: ['result'],
    });
    const either = { anyOf: [{ type: 'object' }, { type: 'null' }] };
    for (const [structuredContent, schema, seen] of [
      [[1], outputSchema, { result: [1] }],
      [{ a: 1 }, either, { result: { a: 1 } }],
      [null, either, { result: null }],
      [[1], undefined, { result: [1] }],
      [{ a: 1 }, { type: 'object' }, { a: 1 }],
    ]) {
      assert.deepEqual(agentResult('other', { structuredContent }, schema), { structuredContent: seen });
    }
    assert.deepEqual(agentResult('other', { structuredContent: null }), {});
  });

  it('has no schema of structured content that would point elsewhere in an object', () => {
    const outputSchema = { $ref: '#/$defs/list', $defs: { list: { type: 'array' } } };
    const described = { name: 'go', inputSchema: { type: 'object' }, outputSchema };
    assert.ok(!('outputSchema' in agentItem('other', 'tools', { key: 'go', described })));
    assert.deepEqual(agentResult('other', { structuredContent: [1] }, outputSchema), {
      structuredContent: { result: [1] },
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
