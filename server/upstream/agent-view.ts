import { isRecord } from '../agent/json-rpc.ts';
import { paramHeaderKey } from './param-headers.ts';
import type { Message } from './upstream-era.ts';
import type { UpstreamItem } from './upstream-list.ts';
import type { UpstreamKind } from './upstream-lists.ts';
import { agentName, agentUri } from './upstream-names.ts';

/** What a server offers, as agents see it in a list. */
export function agentItem(server: string, kind: UpstreamKind, { key, described }: UpstreamItem): Message {
  const { name } = described;
  const named = typeof name === 'string' ? { name: agentName(server, name) } : {};
  switch (kind) {
    case 'tools': {
      // Tasks, and arguments as headers, are between a server and its own client.
      const { execution: _, inputSchema, outputSchema, ...tool } = described;
      const output = agentOutputSchema(outputSchema);
      return {
        ...tool,
        ...named,
        inputSchema: withoutParamHeaders(inputSchema),
        ...(output === undefined ? {} : { outputSchema: output }),
      };
    }
    case 'prompts':
      return { ...described, ...named };
    case 'resources':
      return { ...described, ...named, uri: agentUri(server, key) };
    case 'resourceTemplates':
      return { ...described, ...named, uriTemplate: agentUri(server, key) };
  }
}

/**
 * Clients of the older era know structured content as an object only; from 2026-07-28 on it may be anything (SEP-2106). It
 * is put into an object for all of them, as the official SDK does for the older ones.
 */
function agentOutputSchema(schema: unknown): unknown {
  if (!isWrapped(schema)) return isRecord(schema) && schema['type'] === 'object' ? schema : undefined;
  const { $schema } = schema;
  const dialect = typeof $schema === 'string' ? { $schema } : {};
  return { ...dialect, type: 'object', properties: { result: schema }, required: ['result'] };
}

/** One that points into itself would point elsewhere then: agents do without it. */
function isWrapped(schema: unknown): schema is Message {
  return (
    isRecord(schema) &&
    schema['type'] !== 'object' &&
    !/"\$(?:ref|dynamicRef|recursiveRef)":/.test(JSON.stringify(schema))
  );
}

/**
 * A result with the URIs by which agents can read what it names.
 *
 * @param outputSchema of the tool that it is of
 */
export function agentResult(server: string, result: Message, outputSchema?: unknown): Message {
  const { structuredContent, ...rest } = result;
  const { content, contents, messages } = rest;
  return {
    ...rest,
    ...agentStructure(structuredContent, isWrapped(outputSchema)),
    ...(Array.isArray(content) ? { content: content.map((block) => agentBlock(server, block)) } : {}),
    ...(Array.isArray(contents) ? { contents: contents.map((part) => withAgentUri(server, part)) } : {}),
    ...(Array.isArray(messages) ? { messages: messages.map((message) => agentMessage(server, message)) } : {}),
  };
}

function agentStructure(structuredContent: unknown, wrapped: boolean): Message {
  if (isRecord(structuredContent) && !wrapped) return { structuredContent };
  // Where no schema speaks of it `null` stands for nothing.
  const isNothing = structuredContent === undefined || (structuredContent === null && !wrapped);
  return isNothing ? {} : { structuredContent: { result: structuredContent } };
}

function agentMessage(server: string, message: unknown): unknown {
  return isRecord(message) ? { ...message, content: agentBlock(server, message['content']) } : message;
}

function agentBlock(server: string, block: unknown): unknown {
  if (!isRecord(block)) return block;
  if (block['type'] === 'resource_link') return withAgentUri(server, block);
  return block['type'] === 'resource' ? { ...block, resource: withAgentUri(server, block['resource']) } : block;
}

/** What an agent can load from the web by itself keeps its address (spec, "Common URI Schemes"). */
function withAgentUri(server: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { uri } = value;
  return typeof uri === 'string' && !/^https?:/i.test(uri) ? { ...value, uri: agentUri(server, uri) } : value;
}

function withoutParamHeaders(schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const { [paramHeaderKey]: _, properties, ...rest } = schema;
  if (!isRecord(properties)) return schema[paramHeaderKey] === undefined ? schema : rest;
  const inner = Object.entries(properties).map(([name, property]) => [name, withoutParamHeaders(property)] as const);
  return { ...rest, properties: Object.fromEntries(inner) };
}
