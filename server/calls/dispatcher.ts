import type { WindowChoice } from '../../shared/agent-headers.ts';
import { failureResult } from '../../shared/call-result.ts';
import type { Clock } from '../../shared/clock.ts';
import { effectOf, type ToolDefinition } from '../../shared/define-tool.ts';
import { type Executed, HoldfastError, toErrorInfo } from '../../shared/errors.ts';
import { closest } from '../../shared/input-issues.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { parseInput } from '../../shared/parse-input.ts';
import type { CancelSignal } from '../editors/cancellation.ts';
import type { CallProgress, EditorCall, EditorSession } from '../editors/editor-call.ts';
import type { BridgeTool } from './bridge-tools.ts';
import { CallRecord, type CallStatistics } from './call-record.ts';
import { type CallHolders, type CallIdentity, KeyedCalls } from './keyed-calls.ts';
import { route } from './routing.ts';

/** The agent behind a call, as far as tools and routing care. */
export interface AgentContext {
  readonly name: string;
  readonly version: string;
  /** Names its session to windows without giving it away; absent where there is none that could end. */
  readonly session?: string;
  readonly window?: WindowChoice;
  /** Absolute paths of the agent's own folders; never rejects. */
  folders(): Promise<readonly string[]>;
}

export interface ToolCall {
  readonly name: string;
  /** As the agent sent them. */
  readonly arguments: unknown;
  readonly agent: AgentContext;
  readonly signal: CancelSignal;
  /** Given by an agent that wants the call to run at most once, however often it is sent. */
  readonly identity?: CallIdentity;
  readonly progress?: (progress: CallProgress) => void;
  /** Tells the agent how its call goes: never contents. */
  readonly log?: (level: 'debug' | 'info', message: string) => void;
}

export interface DispatcherDeps {
  readonly catalog: Readonly<Record<string, ToolDefinition>>;
  readonly bridgeTools: ReadonlyMap<string, BridgeTool>;
  readonly editors: CallHolders;
  readonly newCallId: () => string;
  /** Stands for the one token with which all agents of this bridge come. */
  readonly tokenId: string;
  /** At most 64 characters that stand for a text, and for nobody else's. */
  readonly digest: (text: string) => string;
  readonly clock: Pick<Clock, 'now' | 'wallMs'>;
  readonly log: Log;
}

/** From an agent's call to its result: definition, input, window, budget. Knows nothing of HTTP or JSON-RPC. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #record = new CallRecord();
  readonly #keyed: KeyedCalls;
  #pending = 0;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    this.#keyed = new KeyedCalls({ ...deps, holders: deps.editors });
  }

  get statistics(): CallStatistics & { readonly pending: number } {
    return { ...this.#record.statistics, pending: this.#pending };
  }

  /** The answers of these calls were delivered: nobody asks for them again. */
  acknowledge(ids: readonly string[]): void {
    this.#keyed.acknowledge(ids);
  }

  /**
   * Resolves with a serialised CallToolResult, `isError` for every failure of the tool.
   *
   * @throws HoldfastError `unknown_tool` only: naming a tool that does not exist is a misuse of the protocol.
   */
  async call(call: ToolCall): Promise<string> {
    const { catalog, clock, log } = this.#deps;
    const definition = Object.hasOwn(catalog, call.name) ? catalog[call.name] : undefined;
    if (definition === undefined) throw unknownTool(call.name, Object.keys(catalog));
    const startedMs = clock.now();
    let result: string;
    let ok = true;
    this.#pending++;
    try {
      result = await this.#run(definition, call);
    } catch (error) {
      ok = false;
      if (!(error instanceof HoldfastError)) log.error(`${call.name} failed unexpectedly: ${String(error)}`);
      result = failureResult(toErrorInfo(error));
    } finally {
      this.#pending--;
    }
    const ms = Math.round(clock.now() - startedMs);
    call.log?.('debug', `${call.name} ${ok ? 'was answered' : 'failed'} after ${ms} ms`);
    this.#record.add({ tool: call.name, agent: call.agent.name, ok, ms, atMs: clock.wallMs() });
    return result;
  }

  async #run(definition: ToolDefinition, call: ToolCall): Promise<string> {
    const { name, agent, signal, progress, identity } = call;
    const raw = inChosenWindow(definition, call);
    const bridgeTool = this.#deps.bridgeTools.get(name);
    if (bridgeTool !== undefined) return bridgeTool(raw);
    const input = parseInput(name, definition, raw);
    if (this.#pending > limits.pendingCallsMax) throw busy(identity?.repeat === true ? 'unknown' : 'no');
    const { timeoutMs } = definition;
    const editorCall: EditorCall = {
      id: identity?.id ?? this.#deps.newCallId(),
      tool: name,
      input,
      effect: effectOf(definition, input),
      budgetMs: Math.min(typeof timeoutMs === 'function' ? timeoutMs(input) : timeoutMs, limits.callMaxMs),
      agent: {
        name: agent.name,
        version: agent.version,
        tokenId: this.#deps.tokenId,
        ...(agent.session === undefined ? {} : { session: agent.session }),
      },
      signal,
      ...(progress === undefined ? {} : { progress }),
    };
    const choose = (): Promise<EditorSession> =>
      route(this.#deps.editors.list(), { input, hint: agent.window?.id, folders: () => agent.folders() });
    if (identity === undefined) return checked(await choose(), call).call(editorCall);
    const { repeat } = identity;
    return this.#keyed.run({ call: editorCall, repeat, route: async () => checked(await choose(), call) });
  }
}

/** The arguments, with the window that the agent has been bound to unless they name one. */
function inChosenWindow({ input }: ToolDefinition, { arguments: raw, agent }: ToolCall): unknown {
  if (!agent.window?.only || !('window' in input.shape)) return raw;
  const given = raw ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return raw;
  // Clients with strict schemas send null for what the model left out.
  const names = 'window' in given && given.window !== null && given.window !== undefined;
  return names ? raw : { ...given, window: agent.window.id };
}

/** A window that can run the call, now or when it is back. */
function checked(editor: EditorSession, { name, log }: ToolCall): EditorSession {
  if (!editor.tools.has(name)) throw toolMissing(name, editor);
  if (editor.readiness === 'reconnecting') {
    log?.('info', `${name} waits for window ${editor.id} ("${editor.window.name}") to return`);
  }
  return editor;
}

function unknownTool(name: string, names: readonly string[]): HoldfastError {
  const meant = closest(name, names);
  const guess = meant === undefined ? '' : ` Did you mean ${JSON.stringify(meant)}?`;
  return new HoldfastError(
    'unknown_tool',
    `Unknown tool ${JSON.stringify(name)}.${guess} Tools: ${names.join(', ')}.`,
    {
      hint: 'Call one of the listed tools.',
    },
  );
}

function busy(executed: Executed): HoldfastError {
  return new HoldfastError('busy', `${limits.pendingCallsMax} calls are running already.`, {
    executed,
    hint: 'Wait for some of them to finish, then repeat the call.',
  });
}

function toolMissing(name: string, { id, window }: EditorSession): HoldfastError {
  return new HoldfastError(
    'tool_missing',
    `The Holdfast extension in window ${id} (${window.name}) does not have ${name} yet.`,
    {
      hint: 'Ask the person to update the Holdfast extension in that window and reload it.',
    },
  );
}
