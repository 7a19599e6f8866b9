import { setTimeout as delay } from 'node:timers/promises';
import { readAnswer } from '../agents/answer.ts';
import { ModernConversation } from '../agents/conversation.ts';
import type { BridgeHost } from '../scene/bridge-host.ts';

const requestMs = 20_000;
const pauseMs = 100;

/** Waits until a server behind the bridge answers there again: reads from it as an agent does. */
export async function lookAt(bridge: BridgeHost, server: string, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs;
  const conversation = new ModernConversation(bridge);
  try {
    for (let last = ''; ; await delay(pauseMs)) {
      // Address and token change while the bridge breaks as well.
      conversation.configure();
      const { exchanged } = await conversation.call({
        name: `${server}__read`,
        arguments: {},
        headers: {},
        timeoutMs: requestMs,
      });
      const answer = exchanged.kind === 'answer' ? readAnswer(exchanged) : exchanged;
      if (answer.kind === 'ok') return;
      last = JSON.stringify(answer);
      if (performance.now() > untilMs) throw new Error(`${server} is away after ${withinMs} ms: ${last}`);
    }
  } finally {
    conversation.dispose();
  }
}
