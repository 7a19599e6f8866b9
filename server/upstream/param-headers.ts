import { isRecord } from '../agent/json-rpc.ts';
import { headerValue } from '../agent/modern/header-checks.ts';

/** The key in a property's schema by which a server asks for the argument as a header too. */
export const paramHeaderKey = 'x-mcp-header';

/**
 * The headers that mirror arguments of a tool call (spec 2026-07-28, "Custom Headers from Tool Parameters"): of each
 * property that asks for it, at any depth, that is given and is a text, a whole number or a boolean.
 */
export function paramHeaders(inputSchema: unknown, given: unknown): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const visit = (schema: unknown, value: unknown): void => {
    const properties = isRecord(schema) ? schema['properties'] : undefined;
    if (!isRecord(properties) || !isRecord(value)) return;
    for (const [name, property] of Object.entries(properties)) {
      const header = isRecord(property) ? property[paramHeaderKey] : undefined;
      const text = Object.hasOwn(value, name) ? textOf(value[name]) : undefined;
      if (typeof header === 'string' && token.test(header) && text !== undefined) {
        headers[`mcp-param-${header.toLowerCase()}`] = headerValue(text);
      }
      visit(property, value[name]);
    }
  };
  visit(inputSchema, given);
  return headers;
}

const token = /^[!#$%&'*+\-.^_`|~\w]+$/;

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return undefined;
}
