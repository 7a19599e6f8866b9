import * as fc from 'fast-check';
import { z } from 'zod';
import { catalog } from '../../../shared/catalog.ts';

const nodeSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** Arguments that fit a JSON Schema. */
function fitting(schema: unknown, name: string): fc.Arbitrary<unknown> {
  const node = nodeSchema.parse(schema);
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map((option) => fitting(option, name)));
  switch (node.type) {
    case 'object': {
      const properties = Object.entries(node.properties ?? {});
      const model = Object.fromEntries(properties.map(([key, property]) => [key, fitting(property, key)]));
      return fc.record(model, { requiredKeys: node.required });
    }
    case 'array':
      return fc.array(fitting(node.items, name), { maxLength: 3 });
    case 'integer':
    case 'number': {
      const min = Math.max(node.minimum ?? -1_000, (node.exclusiveMinimum ?? -1_001) + 1);
      return fc.integer({ min, max: Math.max(min, Math.min(node.maximum ?? 5_000, 5_000)) });
    }
    case 'boolean':
      return fc.boolean();
    default:
      return text(name);
  }
}

function text(name: string): fc.Arbitrary<string> {
  // Mostly the window that answers: without it a call of several windows is refused before it reaches one.
  if (name === 'window') return fc.constantFrom('{{window}}', '{{window}}', '{{window}}', 'no-such-window', '');
  return fc.oneof(
    fc.constantFrom('src/a.ts', '/tmp/fuzz/b.ts', 'untitled:Untitled-1', 'file:///tmp/fuzz/%41', 'C:\\x\\y.ts', '..'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  );
}

const tools = Object.entries(catalog).map(([name, { input }]) => {
  const given = fitting(z.toJSONSchema(input, { io: 'input' }), name);
  return given.map((args) => ({ name, arguments: args }));
});

/** `params` of a `tools/call` for every tool that there is. */
export const toolCallParams: fc.Arbitrary<{ readonly name: string; readonly arguments: unknown }> = fc.oneof(...tools);
