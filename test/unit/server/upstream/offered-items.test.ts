import assert from 'node:assert/strict';
import {
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { agentItem } from '../../../../server/upstream/agent-view.ts';
import { UpstreamLists } from '../../../../server/upstream/upstream-lists.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

type Items = readonly unknown[];

/** What agents see of what a server lists, and what the log says of it. */
async function listed(kind: 'tools' | 'prompts' | 'resources' | 'resourceTemplates', items: Items) {
  const { log, lines } = memoryLog();
  const lists = new UpstreamLists({
    ask: () => Promise.resolve({ [kind]: items }),
    isThere: () => true,
    onDidChange: () => {},
    clock: new FakeClock(),
    random: () => 0,
    log,
  });
  lists.declare({ [kind === 'resourceTemplates' ? 'resources' : kind]: {} });
  await lists.refresh();
  await lists.refresh();
  return { seen: lists.of(kind).map((item) => agentItem('other', kind, item)), lines };
}

describe('What a server behind the bridge offers', () => {
  const object = { type: 'object' };

  it('costs no other tool its place with a flaw of one, which is told once', async () => {
    const { seen, lines } = await listed('tools', [
      { name: 'good', inputSchema: object },
      { name: 'bare' },
      { name: 'empty', inputSchema: {} },
      { name: 'text', inputSchema: { type: 'string' } },
      { name: 'nulls', title: null, description: null, inputSchema: { ...object, required: null }, outputSchema: null },
      { name: 'hints', inputSchema: object, annotations: { title: null, readOnlyHint: true } },
      { name: 'yes', inputSchema: { ...object, properties: { any: true, none: false } } },
    ]);
    ListToolsResultSchema.parse({ tools: seen });
    assert.deepEqual(seen, [
      { name: 'other__good', inputSchema: object },
      { name: 'other__bare', inputSchema: object },
      { name: 'other__empty', inputSchema: object },
      { name: 'other__nulls', inputSchema: object },
      { name: 'other__hints', inputSchema: object, annotations: { readOnlyHint: true } },
      { name: 'other__yes', inputSchema: { ...object, properties: { any: {}, none: { not: {} } } } },
    ]);
    assert.deepEqual(lines, [
      'warn tools/list holds what agents are not shown: text.inputSchema, nulls.title, nulls.description, nulls.inputSchema.required, nulls.outputSchema, hints.annotations.title',
    ]);
  });

  it('has no tools that run only as tasks, which agents cannot ask for', async () => {
    const tool = (name: string, taskSupport: string) => ({ name, inputSchema: object, execution: { taskSupport } });
    const { seen, lines } = await listed('tools', [tool('later', 'required'), tool('now', 'optional')]);
    assert.deepEqual(seen, [{ name: 'other__now', inputSchema: object }]);
    assert.deepEqual(lines, ['warn tools/list holds what agents are not shown: later, which runs only as a task']);
  });

  it('keeps resources without a name, and prompts of which an argument has none', async () => {
    const resources = await listed('resources', [{ uri: 'a:b', size: null }]);
    assert.deepEqual(resources.seen, [{ uri: 'holdfast-upstream://other/a:b', name: 'other__a:b' }]);
    ListResourcesResultSchema.parse({ resources: resources.seen });
    const prompts = await listed('prompts', [{ name: 'p', arguments: [{ description: 'x' }, { name: 'a' }] }]);
    assert.deepEqual(prompts.seen, [{ name: 'other__p', arguments: [{ name: 'a' }] }]);
    ListPromptsResultSchema.parse({ prompts: prompts.seen });
  });

  it('is a list that official clients read, whatever it holds', async () => {
    const odd = fc.oneof(fc.constant(null), fc.boolean(), fc.string(), fc.integer(), fc.jsonValue());
    const schema = fc.oneof(
      odd,
      fc.record({ type: fc.oneof(fc.constant('object'), odd), properties: odd, required: odd }, { requiredKeys: [] }),
    );
    const annotations = fc.oneof(
      odd,
      fc.record({ title: odd, readOnlyHint: odd, audience: odd, priority: odd, lastModified: odd }),
    );
    const members = {
      title: odd,
      description: odd,
      icons: fc.oneof(odd, fc.array(fc.record({ src: odd, sizes: odd }))),
      _meta: odd,
      annotations,
      inputSchema: schema,
      outputSchema: schema,
      arguments: fc.oneof(odd, fc.array(fc.record({ name: odd, required: odd }))),
      mimeType: odd,
      size: odd,
      execution: odd,
    };
    const items = (key: string) =>
      fc.array(fc.record({ [key]: fc.oneof(fc.string(), odd), ...members }, { requiredKeys: [] }), { maxLength: 4 });
    for (const [kind, key, official] of [
      ['tools', 'name', ListToolsResultSchema],
      ['prompts', 'name', ListPromptsResultSchema],
      ['resources', 'uri', ListResourcesResultSchema],
      ['resourceTemplates', 'uriTemplate', ListResourceTemplatesResultSchema],
    ] as const) {
      await fc.assert(
        fc.asyncProperty(items(key), async (given) => {
          official.parse({ [kind]: (await listed(kind, given)).seen });
        }),
      );
    }
  });
});
