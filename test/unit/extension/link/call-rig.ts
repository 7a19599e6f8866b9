import { z } from 'zod';
import { Approvals } from '../../../../extension/approvals/approvals.ts';
import type { Policy } from '../../../../extension/approvals/policy.ts';
import { CallRouter } from '../../../../extension/link/call-router.ts';
import { type Journal, MemoryJournal } from '../../../../extension/link/journal.ts';
import type { ToolContext } from '../../../../extension/tools/tool-context.ts';
import { defineTool } from '../../../../shared/define-tool.ts';
import type { Disposable } from '../../../../shared/disposable.ts';
import { createLog } from '../../../../shared/log.ts';
import type { CallMessage, ToBridge } from '../../../../shared/protocol.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const common = {
  title: 'A tool',
  description: 'A tool of a test.',
  toolset: 'core',
  idempotent: true,
  timeoutMs: 1_000,
  input: z.object({ text: z.string() }),
  output: z.object({ said: z.string() }),
  render: ({ said }: { said: string }) => `It said ${said}.`,
} as const;

const definitions = {
  look: defineTool({ ...common, effect: 'read' }),
  change: defineTool({ ...common, effect: 'write' }),
};

type Handler = (input: { text: string }, context: ToolContext) => Promise<{ said: string }>;

/** A router over two tools, one that reads and one that writes, whose handler the test supplies. */
export class CallRig implements Disposable {
  readonly clock = new FakeClock();
  readonly warnings: string[] = [];
  readonly journal = new MemoryJournal({ clock: this.clock });
  /** What went to each link, as `link: message`. */
  readonly sent: string[] = [];
  /** Inputs that reached the handler: its effects. */
  readonly effects: string[] = [];
  trusted = true;
  policy: Policy = 'always';
  readonly approvals = new Approvals({
    clock: this.clock,
    log: createLog(() => {}),
    newId: () => `q${++this.#questions}`,
  });
  #questions = 0;
  handler: Handler = async ({ text }) => ({ said: text });
  readonly router: CallRouter<typeof definitions>;

  /** @param intentMs what the journal needs to keep the intent of a call */
  constructor(intentMs = 0) {
    const run: Handler = (input, context) => {
      this.effects.push(input.text);
      return this.handler(input, context);
    };
    this.router = new CallRouter({
      definitions,
      handlers: { look: run, change: run },
      journal: intentMs === 0 ? this.journal : this.#slowJournal(intentMs),
      clock: this.clock,
      log: createLog((level, message) => {
        if (level !== 'debug') this.warnings.push(message);
      }),
      isTrusted: () => this.trusted,
      approvals: this.approvals,
      policy: () => this.policy,
    });
  }

  /** A call arrives on a link. */
  call(message: Partial<CallMessage>, link = 'a'): void {
    const agent = { name: 'agent', version: '1', tokenId: 'token-1' };
    const whole: CallMessage = {
      type: 'call',
      id: 'c1',
      tool: 'look',
      input: { text: 'hi' },
      budgetMs: 1_000,
      agent,
      repeat: false,
      ...message,
    };
    this.router.call(whole, (reply) => this.sent.push(`${link}: ${brief(reply)}`));
  }

  #slowJournal(intentMs: number): Journal {
    const { journal, clock } = this;
    return {
      ids: [],
      gapMs: 0,
      find: (id) => journal.find(id),
      lacksNone: () => true,
      forget: (ids) => journal.forget(ids),
      run: (call, execute) =>
        journal.run(call, async () => {
          await new Promise<void>((resolve) => clock.after(intentMs, resolve));
          return execute();
        }),
    };
  }

  /** What was sent since the last call. */
  async take(): Promise<string[]> {
    await this.clock.settle();
    return this.sent.splice(0);
  }

  dispose(): void {
    this.router.dispose();
    this.approvals.dispose();
    this.journal.dispose();
  }
}

function brief(message: ToBridge): string {
  if (message.type === 'progress' && message.waiting !== undefined)
    return `${message.id} ${message.waiting ? 'waits for the person' : 'goes on'}`;
  if (message.type === 'progress') return `progress ${message.id} ${message.progress}/${message.total ?? '?'}`;
  if (message.type !== 'result') return message.type;
  if (message.ok) return `${message.id} ${message.content}`;
  const { code, executed, retryable } = message.error;
  return `${message.id} ${code}, executed ${executed}, ${retryable ? '' : 'not '}retryable`;
}
