import { isRecord, RpcError } from '../../server/agent/json-rpc.ts';
import type { MethodContext } from '../../server/agent/methods.ts';

/** One tool that the suite asks for, at the level of the wire: the catalogue's own tools have neither images nor dialogues. */
export interface FixtureTool {
  readonly description: string;
  readonly inputSchema?: object;
  /** @param params of `tools/call` as they came. */
  call(params: Readonly<Record<string, unknown>>, context: MethodContext): Promise<object> | object;
}
export type FixtureTools = Readonly<Record<string, FixtureTool>>;

export function text(value: string): object {
  return { content: [{ type: 'text', text: value }] };
}

/** A member of an object that came over the wire, down a path of names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

/** A client of the modern era says in each request what it can do. */
export function requireCapability(params: unknown, name: string): void {
  if (at(params, '_meta', 'io.modelcontextprotocol/clientCapabilities', name) === undefined) {
    throw new RpcError(-32_021, `Missing required client capability: ${name}`, {
      requiredCapabilities: { [name]: {} },
    });
  }
}

/** The smallest valid PNG and WAV. */
export const image = {
  type: 'image',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  mimeType: 'image/png',
} as const;
export const audio = {
  type: 'audio',
  data: 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==',
  mimeType: 'audio/wav',
} as const;
