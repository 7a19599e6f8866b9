/** The agents of a soak, and what they do. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Conversation, LegacyConversation, ModernConversation, type ToolRequest } from '../agents/conversation.ts';
import { KeyedAgent, type Manner } from '../agents/keyed-agent.ts';
import { SdkAgent } from '../agents/sdk-agent.ts';
import { ShimAgent } from '../agents/shim-agent.ts';
import type { FaultScene, SceneWindow } from '../scene/fault-scene.ts';
import { upstreamNames } from '../scene/upstreams.ts';
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

/** What an agent is to do next. */
interface Task {
  readonly call: Call;
  /** The arguments of another call of the same tool. */
  readonly another: (op: string) => Call['arguments'];
}

interface Member {
  readonly name: string;
  readonly keyed: boolean;
  run(operation: Operation, task: Task, random: Randomness): Promise<void>;
  dispose(): void | Promise<void>;
}

/** An operation is tried for so long before it counts as hung. */
const patienceMs = 100_000;
/** No single request may take longer: grace for a window, the longest budget, and some room. */
const requestMs = 60_000;
const callsAtOnce = 3;
const shims = 2;
/** Of the calls, how many are for servers behind the bridge. */
const upstreamShare = 0.4;

export class Crowd {
  readonly operations: Operation[] = [];
  readonly #deps: CrowdDeps;
  readonly #members: readonly Member[];
  readonly #shims: readonly ShimAgent[];
  #stopped = false;

  constructor(deps: CrowdDeps) {
    this.#deps = deps;
    const { scene, now } = deps;
    const { bridge } = scene;
    this.#shims = Array.from(
      { length: shims },
      () => new ShimAgent({ stateDir: bridge.stateDir, now, slowMs: requestMs }),
    );
    const sdk = new SdkAgent({ bridge, patienceMs, now });
    this.#members = [
      this.#keyed('legacy', new LegacyConversation(bridge)),
      this.#keyed('stubborn', new LegacyConversation(bridge, true)),
      this.#keyed('modern', new ModernConversation(bridge)),
      {
        name: 'sdk',
        keyed: false,
        run: (operation, { call }) => sdk.run(operation, call),
        dispose: () => sdk.dispose(),
      },
      ...this.#shims.map(
        (shim, index): Member => ({
          name: index === 0 ? 'shim' : `shim-${index + 1}`,
          keyed: true,
          run: (operation, { call }) => shim.run(operation, call),
          dispose: () => shim.dispose(),
        }),
      ),
    ];
  }

  killShim(random: Randomness): Promise<void> {
    return random.pick(this.#shims).kill();
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
      const { target, namesWindow, tool, name, inputFor } = random.chance(upstreamShare)
        ? upstreamWork(random)
        : windowWork(random.pick(scene.windows), random);
      const operation = new Operation({
        id: `${member.name}-${lane}-${count}`,
        agent: member.name,
        tool,
        keyed: member.keyed,
        target,
        namesWindow,
        startMs: now(),
        now,
      });
      this.operations.push(operation);
      const task = { call: { name, arguments: inputFor(operation.id) }, another: inputFor };
      const given = delay(patienceMs, undefined, { ref: false });
      // What never ends is found by the oracle: it has no outcome.
      await Promise.race([member.run(operation, task, random), given]);
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
      run: async (operation, task, random) => {
        await agent.run(operation, task.call, mannerOf(operation, task, random));
        if (random.chance(0.01)) await agent.endSession();
      },
    };
  }
}

function mannerOf({ id, changes }: Operation, { another }: Task, random: Randomness): Manner {
  // An agent that acknowledges nothing fills the journals of its windows, which then cannot answer for all calls.
  const usual = { timeoutMs: requestMs, acknowledges: random.chance(0.95) };
  const dice = random.next();
  if (dice < 0.08) return { ...usual, duplicates: { afterMs: random.between(0, 50) } };
  if (dice < 0.16) return { ...usual, duplicates: 'later' };
  if (dice < 0.24) return { ...usual, leaves: { afterMs: random.between(1, 200), returns: true } };
  if (dice < 0.3) return { ...usual, leaves: { afterMs: random.between(1, 300), returns: false } };
  if (dice < 0.33 && changes) return { ...usual, reusesKeyFor: another(`${id}-reused`) };
  return { ...usual, slowly: random.chance(0.05) };
}

interface Work {
  readonly target: string;
  readonly namesWindow: boolean;
  readonly tool: Operation['tool'];
  /** Under which agents know the tool. */
  readonly name: string;
  readonly inputFor: (op: string) => Call['arguments'];
}

function windowWork({ process: { name: target, folder, editorId } }: SceneWindow, random: Randomness): Work {
  const tool = random.pick(['read_buffer', 'open_file', 'edit_buffer', 'edit_buffer'] as const);
  // By its id, or by the folder that holds the path.
  const namesWindow = random.chance(0.5);
  const named = namesWindow ? { window: editorId } : {};
  const inputFor = (op: string) => {
    const path = workPath(folder, { op, ...effort(tool === 'read_buffer', random) });
    return tool === 'edit_buffer' ? { create: [{ path, text: '' }], ...named } : { path, ...named };
  };
  return { target, namesWindow, tool, name: tool, inputFor };
}

function upstreamWork(random: Randomness): Work {
  const target = random.pick(upstreamNames);
  const tool = random.pick(['read', 'write', 'write'] as const);
  const inputFor = (op: string) => ({ op, ...effort(tool === 'read', random) });
  return { target, namesWindow: false, tool, name: `${target}__${tool}`, inputFor };
}

function effort(reads: boolean, random: Randomness): { readonly workMs: number; readonly answerChars: number } {
  const workMs = Math.round(random.pick([0, 10, 20, 50, 300, random.between(300, 1_500)]));
  // Large ones push older calls out of a window's journal, so that nothing can be said of those any more.
  const largest = reads ? 5 * 1024 * 1024 : 60_000;
  const answerChars = Math.round(random.chance(0.02) ? random.between(largest / 2, largest) : 10);
  return { workMs, answerChars };
}
