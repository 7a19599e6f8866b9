import assert from 'node:assert/strict';
import { z } from 'zod';
import { createToolList, describeTool } from '../../../../server/agent/tool-list.ts';
import { defineTool, type ToolDefinition } from '../../../../shared/define-tool.ts';

const define = (effect: ToolDefinition['effect']) =>
  defineTool({
    title: 'Do it',
    description: 'Does it.',
    toolset: 'core',
    effect,
    idempotent: false,
    timeoutMs: 1_000,
    input: z.object({
      line: z.number().int().positive(),
      save: z.boolean().default(false),
      at: z.object({ row: z.number() }).optional(),
    }),
    output: z.object({
      done: z.boolean().describe('It was done.'),
      at: z.object({ row: z.number().positive() }).nullable().describe('Where.'),
    }),
    render: () => 'done',
  });

describe('The tool list', () => {
  const hints: readonly (readonly [string, ToolDefinition['effect'], boolean, boolean])[] = [
    ['a read', 'read', true, false],
    ['a change of what is shown', 'ui', false, false],
    ['a write', 'write', false, false],
    ['a destructive call', 'destructive', false, true],
    ['a call whose input decides, by its strongest', { strongest: 'destructive', of: () => 'read' }, false, true],
    ['a call whose input decides between reading and writing', { strongest: 'write', of: () => 'read' }, false, false],
  ];
  for (const [title, effect, readOnlyHint, destructiveHint] of hints) {
    it(`derives the annotations of ${title}`, () => {
      const wanted = { title: 'Do it', readOnlyHint, destructiveHint, idempotentHint: false, openWorldHint: false };
      assert.deepEqual(describeTool('do_it', define(effect))['annotations'], wanted);
    });
  }

  it('describes input as it is sent: defaults optional, nothing unknown at any depth, no bounds that say nothing', () => {
    assert.deepEqual(describeTool('do_it', define('read'))['inputSchema'], {
      type: 'object',
      properties: {
        line: { type: 'integer', exclusiveMinimum: 0 },
        save: { type: 'boolean', default: false },
        at: { type: 'object', properties: { row: { type: 'number' } }, required: ['row'], additionalProperties: false },
      },
      required: ['line'],
      additionalProperties: false,
    });
  });

  it('describes output by its form alone, because each agent pays for every word of it', () => {
    assert.deepEqual(describeTool('do_it', define('read'))['outputSchema'], {
      type: 'object',
      properties: {
        done: { type: 'boolean' },
        at: {
          anyOf: [{ type: 'object', properties: { row: { type: 'number' } }, required: ['row'] }, { type: 'null' }],
        },
      },
      required: ['done', 'at'],
    });
  });

  it('names no JSON Schema dialect, which older clients refuse', () => {
    assert.ok(!createToolList({ do_it: define('read') }, new Set(['core'])).json.includes('$schema'));
  });

  it('holds the tools of the given toolsets and no others', () => {
    const catalog = { do_it: define('read') };
    assert.deepEqual(createToolList(catalog, new Set(['core'])).names, ['do_it']);
    assert.deepEqual(createToolList(catalog, new Set()), { names: [], json: '{"tools":[]}' });
  });
});
