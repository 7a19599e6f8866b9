import { z } from 'zod';
import { strongestEffect, type ToolDefinition } from '../../shared/define-tool.ts';
import type { ToolsetName } from '../../shared/toolsets.ts';

export interface ToolList {
  readonly names: readonly string[];
  /** The result of `tools/list`, serialised. */
  readonly json: string;
}

type Catalog = Readonly<Record<string, ToolDefinition>>;

/** The listing of the given toolsets: catalogue × toolsets and nothing else, so it never shrinks with a window. */
export function createToolList(catalog: Catalog, toolsets: ReadonlySet<ToolsetName>): ToolList {
  const listed = Object.entries(catalog).filter(([, definition]) => toolsets.has(definition.toolset));
  return {
    names: listed.map(([name]) => name),
    json: plainAscii(JSON.stringify({ tools: listed.map(([name, definition]) => describeTool(name, definition)) })),
  };
}

/** The same JSON in ASCII: V8 keeps it as one byte per character, and encodes it for each client in a third of the time. */
function plainAscii(json: string): string {
  return json.replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function describeTool(name: string, definition: ToolDefinition): Readonly<Record<string, unknown>> {
  const { title, description, input, output } = definition;
  return {
    name,
    title,
    description,
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
    annotations: { title, ...hints(definition) },
  };
}

/** MCP's tool annotations. A tool whose effect depends on its input is listed by the strongest that it can have. */
function hints(definition: ToolDefinition): Readonly<Record<string, boolean>> {
  const strongest = strongestEffect(definition);
  return {
    readOnlyHint: strongest === 'read',
    destructiveHint: strongest === 'destructive',
    idempotentHint: definition.idempotent,
    openWorldHint: false,
  };
}

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema: node }) {
      // The parser refuses unknown arguments at every depth; the listing says so.
      if (node.type === 'object' && node.properties !== undefined) node.additionalProperties ??= false;
      // Bounds that any whole number has in JavaScript tell an agent nothing.
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      // Agents pay for each word of a listing: of a result they need its form, and the reference has the rest.
      if (io === 'output') {
        delete node.description;
        delete node.additionalProperties;
        delete node.exclusiveMinimum;
      }
    },
  });
  // Without `$schema` the dialect is MCP's default; naming it makes validators of older clients refuse the tool.
  return json;
}
