import assert from 'node:assert/strict';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { z } from 'zod';
import { describeTool } from '../../server/agent/tool-list.ts';
import { catalog } from '../../shared/catalog.ts';
import { limits } from '../../shared/limits.ts';
import { toolsets } from '../../shared/toolsets.ts';
import { sampleOutputs } from '../support/sample-outputs.ts';

const verbs = new Set([
  'list',
  'get',
  'read',
  'edit',
  'open',
  'find',
  'inspect',
  'rename',
  'review',
  'outline',
  'code',
]);
/** By a tokenizer that agents' models use; others differ by a few per cent. */
const tokensOf = (value: unknown): number => countTokens(JSON.stringify(value));

const tools = Object.entries(catalog).map(([name, definition]) => ({
  name,
  definition,
  listed: describeTool(name, definition),
}));
const inDefault = tools.filter(({ definition }) => definition.toolset === 'core');

const nodeSchema = z.looseObject({
  type: z.unknown().optional(),
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

const objectSchema = z.looseObject({ type: z.literal('object') });

/** Every property of a JSON Schema at any depth, by its path. */
function properties(schema: unknown, path = ''): { path: string; described: boolean }[] {
  const { properties: own = {}, items, anyOf = [] } = nodeSchema.parse(schema);
  const below = [...(items === undefined ? [] : [items]), ...anyOf].flatMap((node) => properties(node, path));
  const here = Object.entries(own).flatMap(([name, node]) => [
    { path: `${path}.${name}`, described: (nodeSchema.parse(node).description ?? '') !== '' },
    ...properties(node, `${path}.${name}`),
  ]);
  return [...here, ...below];
}

describe('The catalogue', () => {
  it('holds tools', () => assert.ok(tools.length >= 12, `only ${tools.length} tools`));

  for (const { name, definition, listed } of tools) {
    describe(name, () => {
      it('is named snake_case, verb first, and at most 64 characters', () => {
        assert.match(name, /^[a-z]+(_[a-z]+)*$/);
        assert.ok(name.length <= 64 && verbs.has(name.split('_')[0] ?? ''), `${name} does not begin with a known verb`);
      });

      it('belongs to a toolset, and has a title and a description', () => {
        assert.ok(definition.toolset in toolsets);
        assert.match(definition.title, /^[A-Z].{2,40}$/);
        assert.match(definition.description, /^[A-Z].*\.$/s);
      });

      it('describes every argument at every depth', () => {
        const silent = properties(listed['inputSchema']).filter(({ described }) => !described);
        assert.deepEqual(
          silent.map(({ path }) => path),
          [],
        );
      });

      it('takes the window that it is for', () => {
        assert.ok('window' in definition.input.shape);
      });

      it('refuses unknown arguments in its schema', () => {
        assert.deepEqual(openObjects(listed['inputSchema']), []);
      });

      it('has a budget within the limits', () => {
        const { timeoutMs } = definition;
        if (typeof timeoutMs === 'number')
          assert.ok(timeoutMs >= 1_000 && timeoutMs <= limits.callMaxMs, `${timeoutMs} ms`);
      });

      it('has schemas of objects that the validator of the SDK takes, and its output schema takes its own output', () => {
        const validator = new AjvJsonSchemaValidator();
        for (const schema of [listed['inputSchema'], listed['outputSchema']]) {
          assert.doesNotThrow(() => validator.getValidator(objectSchema.parse(schema)));
        }
        const validate = validator.getValidator(objectSchema.parse(listed['outputSchema']));
        for (const output of sampleOutputs(listed['outputSchema'])) assert.ok(validate(output).valid);
      });

      it('renders text that is no bare JSON value, which some clients take for structured content', () => {
        for (const sample of sampleOutputs(listed['outputSchema'])) {
          const text = definition.render(definition.output.parse(sample));
          assert.notEqual(text.trim(), '');
          assert.throws(() => JSON.parse(text), `${JSON.stringify(sample)} is rendered as ${text}`);
        }
      });
    });
  }

  it('costs an agent at most 4,000 tokens by default, and 4,000 more for what comes back', () => {
    const cost = inDefault.map(({ name, definition, listed }) =>
      tokensOf([name, definition.description, listed['inputSchema']]),
    );
    const outputs = inDefault.map(({ listed }) => tokensOf(listed['outputSchema']));
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    assert.ok(sum(cost) <= 4_000, `${sum(cost)} tokens of names, descriptions and input schemas`);
    assert.ok(sum(outputs) <= 4_000, `${sum(outputs)} tokens of output schemas`);
  });
});

function openObjects(schema: unknown, path = '$'): string[] {
  const node = nodeSchema.parse(schema);
  const below = [node.items, ...(node.anyOf ?? []), ...Object.values(node.properties ?? {})].filter(
    (each) => each !== undefined,
  );
  const open = node.properties !== undefined && node['additionalProperties'] !== false ? [path] : [];
  return [...open, ...below.flatMap((each, index) => openObjects(each, `${path}/${index}`))];
}
