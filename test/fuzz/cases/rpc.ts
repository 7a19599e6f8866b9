import * as fc from 'fast-check';
import { toolCallParams } from './tool-arguments.ts';

export interface RpcBody {
  readonly jsonrpc: '2.0';
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

const id: fc.Arbitrary<number | string> = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, '', '0', 'null', '"', '\ud800', '🙂', '\r\n\r\n', '__proto__'),
  fc.string({ maxLength: 12 }),
);
const uri = fc.constantFrom(
  'holdfast://windows',
  'holdfast://context',
  'holdfast://windows/{{window}}/context',
  'holdfast://windows/{{window}}/diagnostics',
  'holdfast://windows/none-such/context',
  'holdfast://constructor',
  'file:///etc/passwd',
  '',
);
const version = fc.constantFrom('2025-11-25', '2025-03-26', '2024-11-05', '2026-07-28', '1999-01-01', '');
const token = fc.oneof(fc.nat(9), fc.string({ maxLength: 5 }));

const initializeParams = fc.record({
  protocolVersion: version,
  capabilities: fc.record({ roots: fc.constant({}), sampling: fc.constant({}) }, { requiredKeys: [] }),
  clientInfo: fc.record({
    name: fc.string({ unit: 'binary', maxLength: 80 }).map((name) => `legacy-${name}`),
    version: fc.string({ unit: 'binary', maxLength: 40 }),
  }),
});

const completeParams = fc.record({
  ref: fc.oneof(
    fc.constant({ type: 'ref/prompt', name: 'fix_diagnostics' }),
    uri.map((each) => ({ type: 'ref/resource', uri: each })),
    fc.constant({ type: 'ref/resource', uri: 'holdfast://windows/{window}/context' }),
  ),
  argument: fc.record({ name: fc.constantFrom('path', 'window', 'toString'), value: fc.string({ maxLength: 10 }) }),
});

const byMethod: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ping: fc.constant(undefined),
  'tools/list': fc.record({ cursor: fc.string({ maxLength: 5 }) }, { requiredKeys: [] }),
  'resources/list': fc.constant({}),
  'resources/templates/list': fc.constant({}),
  'resources/read': fc.record({ uri }),
  'resources/subscribe': fc.record({ uri }),
  'resources/unsubscribe': fc.record({ uri }),
  'prompts/list': fc.constant({}),
  'prompts/get': fc.record({
    name: fc.constantFrom('fix_diagnostics', 'none'),
    arguments: fc.record(
      { path: fc.constant('a.ts'), window: fc.constant('{{window}}') },
      { requiredKeys: ['window'] },
    ),
  }),
  'completion/complete': completeParams,
  'logging/setLevel': fc.record({ level: fc.constantFrom('debug', 'info', 'error', 'loud') }),
  'server/discover': fc.constant({}),
  'subscriptions/listen': fc.record({
    notifications: fc.record(
      { toolsListChanged: fc.boolean(), resourceSubscriptions: fc.array(uri, { maxLength: 3 }) },
      { requiredKeys: [] },
    ),
  }),
  'sampling/createMessage': fc.constant({}),
  'no/such/method': fc.constant({ a: 1 }),
  constructor: fc.constant({}),
};

const otherCalls = fc.oneof(
  ...Object.entries(byMethod).map(([method, params]) => params.map((given) => ({ method, params: given }))),
);
const toolCalls = fc.tuple(toolCallParams, fc.option(token, { nil: undefined })).map(([params, progressToken]) => ({
  method: 'tools/call',
  params: progressToken === undefined ? params : { ...params, _meta: { progressToken } },
}));

/** A request as a client sends it. */
export const request: fc.Arbitrary<RpcBody> = fc
  .tuple(id, fc.oneof({ weight: 2, arbitrary: toolCalls }, { weight: 3, arbitrary: otherCalls }))
  .map(([given, call]) => ({ jsonrpc: '2.0', id: given, ...call }));

export const initialize: fc.Arbitrary<RpcBody> = fc
  .tuple(id, initializeParams)
  .map(([given, params]) => ({ jsonrpc: '2.0', id: given, method: 'initialize', params }));

const notifications: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'notifications/initialized': fc.constant(undefined),
  'notifications/cancelled': fc.record({ requestId: id, reason: fc.string() }, { requiredKeys: ['requestId'] }),
  'notifications/progress': fc.record({ progressToken: token, progress: fc.nat() }),
  'notifications/roots/list_changed': fc.constant({}),
  'notifications/none': fc.constant({}),
};

/** What gets no answer: notifications and responses. */
export const unanswered: fc.Arbitrary<RpcBody> = fc.oneof(
  fc.oneof(
    ...Object.entries(notifications).map(([method, params]) =>
      params.map((given): RpcBody => ({ jsonrpc: '2.0', method, params: given })),
    ),
  ),
  id.map((given): RpcBody => ({ jsonrpc: '2.0', id: given, result: { roots: [] } })),
  id.map((given): RpcBody => ({ jsonrpc: '2.0', id: given, error: { code: -1, message: 'no' } })),
);
