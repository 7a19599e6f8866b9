/** The agents of a soak, and what they do. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Conversation, LegacyConversation, ModernConversation, type ToolRequest } from '../agents/conversation.ts';
import { KeyedAgent, type Manner } from '../agents/keyed-agent.ts';
import { SdkAgent } from '../agents/sdk-agent.ts';
import { ShimAgent } from '../agents/shim-agent.ts';
import type { FaultScene, SceneWindow } from '../scene/fault-scene.ts';
import { workPath } from '../window/work.ts';
import { Operation } from './operation.ts';
import type { Randomness } from './randomness.ts';

export interface CrowdDeps {
  readonly scene: FaultScene;
  readonly random: Randomness;
  readonly keysGeneration: () => number;
  readonly now: () => number;
}

type Call = Pick<ToolRequest, 'name' | 'arguments'>;

interface Member {
  readonly name: string;
  readonly keyed: boolean;
  run(operation: Operation, call: Call, random: Randomness, window: SceneWindow): Promise<void>;
  dispose(): void | Promise<void>;
}

/** An operation is tried for so long before it counts as hung. */
const patienceMs = 100_000;
/** No single request may take longer: grace for a window, the longest budget, and some room. */
const requestMs = 60_000;
const callsAtOnce = 3;

export class Crowd {
  readonly operations: Operation[] = [];
  readonly #deps: CrowdDeps;
  readonly #members: readonly Member[];
  readonly #shim: ShimAgent;
  #stopped = false;

  constructor(deps: CrowdDeps) {
    this.#deps = deps;
    const { scene, now } = deps;
    const { bridge } = scene;
    this.#shim = new ShimAgent({ stateDir: bridge.stateDir, now, slowMs: requestMs });
    const sdk = new SdkAgent({ bridge, patienceMs, now });
    this.#members = [
      this.#keyed('legacy', new LegacyConversation(bridge)),
      this.#keyed('stubborn', new LegacyConversation(bridge, true)),
      this.#keyed('modern', new ModernConversation(bridge)),
      { name: 'sdk', keyed: false, run: (operation, call) => sdk.run(operation, call), dispose: () => sdk.dispose() },
      {
        name: 'shim',
        keyed: true,
        run: (operation, call) => this.#shim.run(operation, call),
        dispose: () => this.#shim.dispose(),
      },
    ];
  }

  killShim(): Promise<void> {
    return this.#shim.kill();
  }

  /** Resolves when every operation has ended, or has been given up as hung. */
  async run(): Promise<void> {
    const loops = this.#members.flatMap((member) =>
      Array.from({ length: callsAtOnce }, (_, lane) => this.#loop(member, lane, this.#deps.random.branch())),
    );
    await Promise.all(loops);
  }

  /** No new operations. */
  stop(): void {
    this.#stopped = true;
  }

  async dispose(): Promise<void> {
    for (const member of this.#members) await member.dispose();
  }

  async #loop(member: Member, lane: number, random: Randomness): Promise<void> {
    const { scene, now } = this.#deps;
    for (let count = 0; !this.#stopped; count++) {
      const window = random.pick(scene.windows);
      const tool = random.pick(['read_buffer', 'open_file', 'edit_buffer', 'edit_buffer'] as const);
      const operation = new Operation({
        id: `${member.name}-${lane}-${count}`,
        agent: member.name,
        tool,
        keyed: member.keyed,
        window: window.process.name,
        startMs: now(),
        now,
      });
      this.operations.push(operation);
      const call = { name: tool, arguments: argumentsFor(operation.id, tool, window, random) };
      const given = delay(patienceMs, undefined, { ref: false });
      // What never ends is found by the oracle: it has no outcome.
      await Promise.race([member.run(operation, call, random, window), given]);
      await delay(random.between(0, 60));
    }
  }

  #keyed(name: string, conversation: Conversation): Member {
    const { keysGeneration, now } = this.#deps;
    const agent = new KeyedAgent({ conversation, keysGeneration, patienceMs, now });
    return {
      name,
      keyed: true,
      dispose: () => conversation.dispose(),
      run: async (operation, call, random, window) => {
        await agent.run(operation, call, mannerOf(operation, random, window));
        if (random.chance(0.01)) await agent.endSession();
      },
    };
  }
}

function mannerOf({ id, tool }: Operation, random: Randomness, window: SceneWindow): Manner {
  // An agent that acknowledges nothing fills the journals of its windows, which then cannot answer for all calls.
  const usual = { timeoutMs: requestMs, acknowledges: random.chance(0.95) };
  const dice = random.next();
  if (dice < 0.08) return { ...usual, duplicates: { afterMs: random.between(0, 50) } };
  if (dice < 0.16) return { ...usual, duplicates: 'later' };
  if (dice < 0.24) return { ...usual, leaves: { afterMs: random.between(1, 200), returns: true } };
  if (dice < 0.3) return { ...usual, leaves: { afterMs: random.between(1, 300), returns: false } };
  if (dice < 0.33 && tool !== 'read_buffer') {
    return { ...usual, reusesKeyFor: argumentsFor(`${id}-reused`, tool, window, random) };
  }
  return { ...usual, slowly: random.chance(0.05) };
}

function argumentsFor(op: string, tool: Operation['tool'], window: SceneWindow, random: Randomness): Call['arguments'] {
  const workMs = Math.round(random.pick([0, 10, 20, 50, 300, random.between(300, 1_500)]));
  // Large ones push older calls out of a window's journal, so that nothing can be said of those any more.
  const largest = tool === 'read_buffer' ? 5 * 1024 * 1024 : 60_000;
  const answerChars = random.chance(0.02) ? random.between(largest / 2, largest) : 10;
  const path = workPath(window.process.folder, { op, workMs, answerChars: Math.round(answerChars) });
  // By its id, or by the folder that holds the path.
  const named = random.chance(0.5) ? { window: window.process.editorId } : {};
  return tool === 'edit_buffer' ? { create: [{ path, text: '' }], ...named } : { path, ...named };
}
