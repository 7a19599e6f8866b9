import { failureResult } from '../../shared/call-result.ts';
import { HoldfastError } from '../../shared/errors.ts';
import type { CallIds } from '../agent/call-ids.ts';
import { isRecord, ResourceNotFoundError, RpcError, rpcCodes } from '../agent/json-rpc.ts';
import type { Method, MethodContext } from '../agent/methods.ts';
import { agentResult } from './agent-view.ts';
import type { KeyedUpstreamCalls } from './keyed-upstream-calls.ts';
import type { ReturningWindows } from './returning-windows.ts';
import type { Upstream } from './upstream.ts';
import type { Message } from './upstream-era.ts';
import type { UpstreamItem } from './upstream-list.ts';
import { agentUri, type OwnName, ownName, ownUri } from './upstream-names.ts';
import type { UpstreamSet } from './upstream-set.ts';

export interface RoutedMethodsDeps {
  readonly upstreams: Pick<UpstreamSet, 'get'>;
  readonly keyed: KeyedUpstreamCalls;
  readonly callIds: CallIds;
  readonly returning: Pick<ReturningWindows, 'isAwaiting' | 'wait'>;
}

/** A request that is meant for a server behind the bridge: which, and the params by its own names. */
interface Target {
  readonly upstream: Upstream;
  readonly params: Message;
}

/** Of `resources/read`: the legacy era has a code of its own for it, the modern one names the URI. */
function isNotFound({ code, data }: RpcError, uri: unknown): boolean {
  return code === -32_002 || (code === rpcCodes.invalidParams && isRecord(data) && data['uri'] === uri);
}

/** By method: where a request goes; undefined for what is the bridge's own. */
type Find = (params: Message, upstreams: RoutedMethodsDeps['upstreams']) => Target | undefined;
const finders: ReadonlyMap<string, Find> = new Map<string, Find>([
  [
    'tools/call',
    (params, upstreams) => at(upstreams, nameIn(params), (name) => ({ name, arguments: params['arguments'] })),
  ],
  [
    'prompts/get',
    (params, upstreams) => at(upstreams, nameIn(params), (name) => ({ name, arguments: params['arguments'] })),
  ],
  ['resources/read', (params, upstreams) => at(upstreams, uriIn(params), (uri) => ({ uri }))],
  [
    'completion/complete',
    (params, upstreams) => {
      const ref = isRecord(params['ref']) ? params['ref'] : {};
      const { argument, context } = params;
      return ref['type'] === 'ref/prompt'
        ? at(upstreams, nameIn(ref), (name) => ({ ref: { ...ref, name }, argument, context }))
        : at(upstreams, uriIn(ref), (uri) => ({ ref: { ...ref, uri }, argument, context }));
    },
  ],
]);

/** The bridge's own methods, which pass on what is meant for a server behind it. */
export function routedMethods(own: ReadonlyMap<string, Method>, deps: RoutedMethodsDeps): readonly [string, Method][] {
  return [...finders].map(([method, find]) => {
    const ownMethod = own.get(method);
    if (ownMethod === undefined) throw new TypeError(`the bridge serves no ${method}`);
    const route: Method = (params, context) => {
      const target = isRecord(params) ? find(params, deps.upstreams) : undefined;
      if (target === undefined) return ownMethod(params, context);
      return method === 'tools/call' ? callTool(target, context, deps) : ask(target, method, context);
    };
    const routed: Method = (params, context) => {
      const missing = deps.returning.isAwaiting && isRecord(params) ? missingServer(find, params, deps) : undefined;
      if (missing === undefined) return route(params, context);
      const isThere = () => deps.upstreams.get(missing) !== undefined;
      return deps.returning.wait(isThere, context.signal).then(() => route(params, context));
    };
    return [method, routed];
  });
}

/** The server that the request names, if there is none of that name. */
function missingServer(find: Find, params: Message, { upstreams }: RoutedMethodsDeps): string | undefined {
  let missing: string | undefined;
  find(params, {
    get: (name) => {
      const upstream = upstreams.get(name);
      if (upstream === undefined) missing = name;
      return upstream;
    },
  });
  return missing;
}

/** A failure of the way there is a tool's error, which its model can read. */
async function callTool(
  target: Target,
  { key, signal, progress }: MethodContext,
  { keyed, callIds }: RoutedMethodsDeps,
): Promise<string> {
  const waiter = { signal, ...(progress === undefined ? {} : { progress }) };
  const work = (context: Pick<MethodContext, 'signal' | 'progress'>): Promise<string> =>
    request(target, 'tools/call', context);
  try {
    if (key?.key === undefined) return await work(waiter);
    const identity = { id: callIds(key.key), repeat: key.repeat };
    const { name, arguments: given } = target.params;
    const fingerprint = JSON.stringify([target.upstream.name, name, given]);
    return await keyed.run({ identity, fingerprint, waiter, work });
  } catch (error) {
    if (error instanceof HoldfastError) return failureResult(error.info);
    throw error;
  }
}

/** @throws RpcError also for a failure of the way there, which has no other place than the error's data */
async function ask(target: Target, method: string, { signal, progress }: MethodContext): Promise<string> {
  try {
    return await request(target, method, { signal, ...(progress === undefined ? {} : { progress }) });
  } catch (error) {
    if (error instanceof HoldfastError) {
      throw new RpcError(rpcCodes.internalError, error.message, { 'holdfast/error': error.info });
    }
    const { upstream, params } = target;
    const { uri } = params;
    const isUnknown = typeof uri === 'string' && error instanceof RpcError && isNotFound(error, uri);
    if (isUnknown) throw new ResourceNotFoundError(agentUri(upstream.name, uri));
    throw error;
  }
}

async function request(
  { upstream, params }: Target,
  method: string,
  context: Pick<MethodContext, 'signal' | 'progress'>,
): Promise<string> {
  const result = await upstream.request({ method, params, ...context });
  const isTool = ({ key }: UpstreamItem): boolean => method === 'tools/call' && key === params['name'];
  const outputSchema = upstream.items('tools').find(isTool)?.described['outputSchema'];
  return JSON.stringify(agentResult(upstream.name, result, outputSchema));
}

function at(
  upstreams: RoutedMethodsDeps['upstreams'],
  own: OwnName | undefined,
  params: (name: string) => Message,
): Target | undefined {
  const upstream = own === undefined ? undefined : upstreams.get(own.server);
  return own === undefined || upstream === undefined ? undefined : { upstream, params: params(own.name) };
}

function nameIn({ name }: Message): OwnName | undefined {
  return typeof name === 'string' ? ownName(name) : undefined;
}

function uriIn({ uri }: Message): OwnName | undefined {
  return typeof uri === 'string' ? ownUri(uri) : undefined;
}
