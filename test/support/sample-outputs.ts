import { z } from 'zod';

const nodeSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/**
 * Outputs that fit a JSON Schema: everything there and nothing empty, and as little as may be. Texts look like JSON
 * scalars, which is what goes wrong where a text is passed on bare.
 */
export function sampleOutputs(schema: unknown): readonly unknown[] {
  return [sample(schema, true), sample(schema, false)];
}

function sample(schema: unknown, full: boolean): unknown {
  const node = nodeSchema.parse(schema);
  if (node.const !== undefined) return node.const;
  if (node.enum !== undefined) return node.enum.at(full ? 0 : -1);
  if (node.anyOf !== undefined) return sample(node.anyOf.at(full ? 0 : -1), full);
  const type = typeof node.type === 'string' ? node.type : node.type?.at(full ? 0 : -1);
  switch (type) {
    case 'object': {
      const names = Object.entries(node.properties ?? {}).filter(([name]) => full || node.required.includes(name));
      return Object.fromEntries(names.map(([name, property]) => [name, sample(property, full)]));
    }
    case 'array':
      return full ? [sample(node.items, true)] : [];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return full;
    case 'null':
      return null;
    default:
      return '42';
  }
}
