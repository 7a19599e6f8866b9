import { canonicalCall } from '../../shared/call-input.ts';
import { successResult } from '../../shared/call-result.ts';
import type { Handlers } from '../../shared/catalog.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Effect, effectOf, type ToolDefinition } from '../../shared/define-tool.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { HoldfastError, messageOf, toErrorInfo } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { parseInput } from '../../shared/parse-input.ts';
import type { CallMessage, ToBridge } from '../../shared/protocol.ts';
import type { ToolsetName } from '../../shared/toolsets.ts';
import type { ApprovalRequest } from '../approvals/approvals.ts';
import { kindName, type Policy } from '../approvals/policy.ts';
import type { ToolContext } from '../tools/tool-context.ts';
import { CallApproval, type CallApprovals } from './call-approval.ts';
import {
  answerTooLarge,
  cancelled,
  executedUnless,
  invalidOutput,
  keyReused,
  notStarted,
  outcomeUnknown,
  timedOut,
  toolMissing,
  untrusted,
} from './call-errors.ts';
import { CallTime } from './call-time.ts';
import type { CallOutcome, Journal, JournalSummary, KnownCall } from './journal.ts';
import type { LinkCalls } from './online-session.ts';

type Definitions = Readonly<Record<string, ToolDefinition>>;
type AnyHandler = (input: unknown, context: ToolContext) => Promise<unknown>;
type Reply = (message: ToBridge) => void;

export interface CallRouterDeps<D extends Definitions> {
  /** The tools that may be called here, and nothing else. */
  readonly definitions: D;
  readonly handlers: Handlers<D, ToolContext>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the user trusts the workspace; without trust only reading tools run. */
  readonly isTrusted: () => boolean;
  readonly approvals: CallApprovals;
  /** What the person has chosen for a kind of call. */
  readonly policy: (kind: { readonly toolset: ToolsetName; readonly effect: Effect }) => Policy;
}

/** A call that runs. Its answer goes to whoever asked last: an earlier asker's link is gone. */
interface Running {
  readonly tool: string;
  readonly effect: Effect;
  readonly abort: AbortController;
  reply: Reply;
}

interface Prepared {
  readonly effect: Effect;
  readonly toolset: ToolsetName;
  readonly input: Readonly<Record<string, unknown>>;
  readonly execute: (context: ToolContext) => Promise<string>;
}

/**
 * Runs the bridge's calls, each at most once: a call that was seen before is joined or answered from the journal. A call
 * does not depend on the link on which it came; it goes on without one. Nothing here throws, and each question gets at
 * most one answer.
 */
export class CallRouter<D extends Definitions> implements LinkCalls, Disposable {
  readonly #deps: CallRouterDeps<D>;
  readonly #running = new Map<string, Running>();

  constructor(deps: CallRouterDeps<D>) {
    this.#deps = deps;
  }

  get journal(): JournalSummary {
    return this.#deps.journal;
  }

  call(message: CallMessage, reply: Reply): void {
    const { journal } = this.#deps;
    const { id, tool, fingerprint } = message;
    const refuse = (error: HoldfastError) => reply({ type: 'result', id, ok: false, error: error.info });
    const running = this.#running.get(id);
    const known = journal.find(id);
    if (known !== undefined && known.call.fingerprint !== fingerprint) refuse(keyReused(tool));
    else if (running !== undefined) running.reply = reply;
    else if (isPending(known)) {
      // It did nothing but ask: asked for again under its own name, it goes on where it was.
      journal.forget([id]);
      void this.#run(message, reply);
    } else if (known !== undefined) void known.outcome.then((outcome) => reply({ type: 'result', id, ...outcome }));
    else if (message.repeat && !this.#neverCame(message)) refuse(outcomeUnknown(tool));
    else void this.#run(message, reply);
  }

  cancel(id: string, reason: string): void {
    const running = this.#running.get(id);
    running?.abort.abort(cancelled(running.tool, reason, running.effect));
  }

  ack(ids: readonly string[]): void {
    this.#deps.journal.forget(ids);
  }

  #neverCame({ orRun, fingerprint }: CallMessage): boolean {
    return orRun === true && this.#deps.journal.lacksNone(fingerprint === undefined ? 'keyless' : 'keyed');
  }

  /** Stops what runs: the extension host ends. */
  dispose(): void {
    for (const id of this.#running.keys()) this.cancel(id, 'the window closes');
  }

  async #run(message: CallMessage, reply: Reply): Promise<void> {
    const { clock, log, journal } = this.#deps;
    const { id, tool, fingerprint } = message;
    const startMs = clock.now();
    const prepared = this.#prepare(message);
    const effect = prepared instanceof HoldfastError ? 'read' : prepared.effect;
    const running: Running = { tool, effect, abort: new AbortController(), reply };
    this.#running.set(id, running);
    const outcome = await journal.run({ id, tool, effect, fingerprint }, () =>
      this.#execute(message, prepared, running, startMs),
    );
    this.#running.delete(id);
    const how = outcome.ok ? `${outcome.content.length} characters` : outcome.error.code;
    log.debug(`${tool} for ${message.agent.name}: ${how} in ${Math.round(clock.now() - startMs)} ms`);
    running.reply({ type: 'result', id, ...outcome });
  }

  #prepare({ tool, input: raw }: CallMessage): Prepared | HoldfastError {
    const { definitions, handlers, isTrusted } = this.#deps;
    const definition = Object.hasOwn(definitions, tool) ? definitions[tool] : undefined;
    if (definition === undefined) return toolMissing(tool, Object.keys(definitions));
    try {
      const input = parseInput(tool, definition, raw);
      const effect = effectOf(definition, input);
      if (effect !== 'read' && !isTrusted()) return untrusted(tool);
      const handler = handlerOf(handlers, tool);
      const execute = async (context: ToolContext) => answer(tool, definition, effect, await handler(input, context));
      return { effect, toolset: definition.toolset, input, execute };
    } catch (error) {
      return error instanceof HoldfastError ? error : HoldfastError.from(toErrorInfo(error, 'no'));
    }
  }

  async #execute(
    message: CallMessage,
    prepared: Prepared | HoldfastError,
    running: Running,
    startMs: number,
  ): Promise<CallOutcome> {
    if (prepared instanceof HoldfastError) return { ok: false, error: prepared.info };
    const { clock, log, approvals } = this.#deps;
    const { id, tool, budgetMs, agent } = message;
    const { effect, toolset, input, execute } = prepared;
    const { signal } = running.abort;
    // The journal may have taken time to keep the intent.
    const leftMs = startMs + budgetMs - clock.now();
    if (signal.aborted) return { ok: false, error: notStarted('cancelled', tool, 'it was cancelled before that').info };
    if (leftMs <= 0) return { ok: false, error: notStarted('timeout', tool, 'its time was over before that').info };
    const time = new CallTime(clock, leftMs, () => running.abort.abort(timedOut(tool, budgetMs, effect)));
    let stop: Disposable | undefined;
    let answered = false;
    const stopped = new Promise<never>((_resolve, reject) => {
      const giveUp = () => reject(stopReason(signal));
      signal.addEventListener('abort', () => (stop = clock.after(limits.callStopMs, giveUp)), { once: true });
    });
    const approval = new CallApproval({
      approvals,
      asker: {
        tool,
        agent,
        // Most calls ask nothing.
        get call() {
          return canonicalCall(tool, input);
        },
      },
      signal,
      clock,
      time,
      tell: (waiting) => running.reply({ type: 'progress', id, progress: 0, waiting }),
    });
    const context: ToolContext = {
      signal,
      agent,
      clock,
      log: log.area(tool),
      progress: (progress) => {
        if (!answered) running.reply({ type: 'progress', id, ...progress });
      },
      approve: (request) => approval.askForChange(request),
    };
    const policy = effect === 'read' ? 'always' : this.#deps.policy({ toolset, effect });
    const grant = policy === 'session' ? kindName({ toolset, effect }) : undefined;
    const work =
      policy === 'always'
        ? execute(context)
        : approval.askForKind(useOf(tool, effect, input), grant).then(() => execute(context));
    work.catch((error: unknown) => {
      // Until then the race below tells of it.
      if (answered) log.debug(`${tool} failed after its call had ended: ${messageOf(error)}`);
    });
    try {
      return { ok: true, content: await Promise.race([work, stopped]) };
    } catch (error) {
      // A handler that was stopped may still say what it did; everything else that it throws then is the stop itself.
      const told = signal.aborted && !(error instanceof HoldfastError) ? stopReason(signal) : error;
      if (!(told instanceof HoldfastError)) log.warn(`${tool} failed unexpectedly: ${messageOf(told)}`);
      const info = toErrorInfo(told, executedUnless(effect));
      if (info.code === 'approval_pending') approval.giveBack();
      return { ok: false, error: info };
    } finally {
      answered = true;
      time.dispose();
      stop?.dispose();
    }
  }
}

function isPending(known: KnownCall | undefined): boolean {
  const outcome = known?.ended?.outcome;
  return outcome?.ok === false && outcome.error.code === 'approval_pending';
}

/** The question about a call of which nothing is known yet but its input. */
function useOf(tool: string, effect: Effect, input: Readonly<Record<string, unknown>>): ApprovalRequest {
  const brief = escapeUnseen(JSON.stringify(input));
  const inLine =
    brief.length <= limits.approvalLineMaxChars ? brief : `${brief.slice(0, limits.approvalLineMaxChars)}…`;
  return {
    what: `Run ${tool}${effect === 'destructive' ? ', which cannot be undone' : ''}: ${inLine}`,
    why: 'Your setting holdfast.approvals asks for this kind of call. What it will change is not known before it runs.',
    input: escapeUnseen(JSON.stringify(input, undefined, 2)),
    changes: [],
  };
}

/** Still the same JSON, with all that would break its lines, hide in them or reorder what is read written as `\uXXXX`. */
function escapeUnseen(json: string): string {
  return json.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (unseen) =>
    unseen
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function stopReason(signal: AbortSignal): HoldfastError {
  const reason: unknown = signal.reason;
  return reason instanceof HoldfastError ? reason : HoldfastError.from(toErrorInfo(reason));
}

function answer(tool: string, definition: ToolDefinition, effect: Effect, output: unknown): string {
  const parsed = definition.output.safeParse(output);
  if (!parsed.success)
    throw invalidOutput(
      tool,
      effect,
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  const content = successResult(definition, parsed.data);
  const bytes = Buffer.byteLength(content);
  // The envelope before the content is far smaller than this room.
  if (bytes > limits.linkMaxPayloadBytes - 4_096) throw answerTooLarge(tool, bytes, effect);
  return content;
}

/**
 * The only cast of the sources: `Handlers` has checked at compile time that the handler of a name takes what the
 * definition of the same name parses, which the type of a look-up by a run-time name cannot say.
 */
function handlerOf<D extends Definitions>(handlers: Handlers<D, ToolContext>, tool: string): AnyHandler {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- see above
  return (handlers as Readonly<Record<string, AnyHandler>>)[tool] as AnyHandler;
}
