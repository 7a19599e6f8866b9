import { eventually } from '../support/eventually.ts';
import { type Conversation, LegacyConversation, ModernConversation } from './agents/conversation.ts';
import { KeyedAgent, type Manner } from './agents/keyed-agent.ts';
import { SdkAgent } from './agents/sdk-agent.ts';
import { ShimAgent } from './agents/shim-agent.ts';
import { FaultScene, type SceneOptions, type SceneWindow } from './scene/fault-scene.ts';
import { Operation } from './soak/operation.ts';
import { workPath } from './window/work.ts';

export const agentNames = ['legacy', 'modern', 'shim'] as const;
export type AgentName = (typeof agentNames)[number];

interface CallOptions {
  readonly agent?: AgentName | 'sdk';
  readonly window?: SceneWindow;
  /** Names the window by its id, and not only by a path in its folder. */
  readonly named?: boolean;
  readonly workMs?: number;
  readonly answerChars?: number;
  readonly manner?: Partial<Manner>;
}

interface Member {
  run(operation: Operation, call: { name: string; arguments: object }, manner: Manner): Promise<void>;
  dispose(): void | Promise<void>;
}

const patienceMs = 25_000;

/** A scene for one named fault, with agents that come into being when they are used. */
export class FaultRig {
  readonly scene: FaultScene;
  readonly #members = new Map<string, Member>();
  #count = 0;

  private constructor(scene: FaultScene) {
    this.scene = scene;
  }

  static async open(options: SceneOptions = {}): Promise<FaultRig> {
    return new FaultRig(await FaultScene.open(options));
  }

  get window(): SceneWindow {
    return this.scene.window;
  }

  /** A change; the promise resolves with the operation when it has ended. */
  change(options: CallOptions = {}): { readonly operation: Operation; readonly ended: Promise<Operation> } {
    return this.#begin('edit_buffer', options);
  }

  read(options: CallOptions = {}): { readonly operation: Operation; readonly ended: Promise<Operation> } {
    return this.#begin('read_buffer', options);
  }

  /** Waits until the tool has begun with it. */
  async begun({ id }: Operation, { process } = this.window): Promise<void> {
    await eventually(() => process.begun.includes(id) || undefined, `the tool to begin with ${id}`);
  }

  /** Waits until it has had its effect. */
  async effected({ id }: Operation): Promise<void> {
    await eventually(() => this.scene.effects().has(id) || undefined, `the effect of ${id}`);
  }

  effectsOf({ id }: Operation): number {
    return this.scene.effects().get(id) ?? 0;
  }

  async dispose(): Promise<void> {
    for (const member of this.#members.values()) await member.dispose();
    await this.scene.dispose();
  }

  #begin(tool: Operation['tool'], { agent = 'legacy', window = this.window, ...options }: CallOptions) {
    this.#count += 1;
    const { workMs = 0, answerChars = 0, named = false, manner } = options;
    const id = `${agent}-${this.#count}`;
    const now = () => performance.now();
    const { name, folder, editorId } = window.process;
    const keyed = agent !== 'sdk';
    const operation = new Operation({ id, agent, tool, keyed, target: name, namesWindow: named, startMs: now(), now });
    const path = workPath(folder, { op: id, workMs, answerChars });
    const chosen = named ? { window: editorId } : {};
    const input = tool === 'edit_buffer' ? { create: [{ path, text: '' }], ...chosen } : { path, ...chosen };
    const ended = this.#member(agent)
      .run(operation, { name: tool, arguments: input }, { timeoutMs: patienceMs, ...manner })
      .then(() => operation);
    return { operation, ended };
  }

  #member(name: AgentName | 'sdk'): Member {
    const known = this.#members.get(name);
    if (known !== undefined) return known;
    const made = this.#make(name);
    this.#members.set(name, made);
    return made;
  }

  #make(name: AgentName | 'sdk'): Member {
    const { bridge } = this.scene;
    const now = () => performance.now();
    switch (name) {
      case 'legacy':
        return keyed(new LegacyConversation(bridge), now);
      case 'modern':
        return keyed(new ModernConversation(bridge), now);
      case 'shim':
        return new ShimAgent({ stateDir: bridge.stateDir, now, slowMs: patienceMs });
      case 'sdk':
        return new SdkAgent({ bridge, patienceMs, now });
    }
  }
}

function keyed(conversation: Conversation, now: () => number): Member {
  const agent = new KeyedAgent({ conversation, keysGeneration: () => 0, patienceMs, now });
  return {
    run: (operation, { name, arguments: input }, manner) =>
      agent.run(operation, { name, arguments: { ...input } }, manner),
    dispose: () => conversation.dispose(),
  };
}
