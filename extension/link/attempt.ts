import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { closeCodes, encode, linkVersion, oldestLinkVersion, type Welcome } from '../../shared/protocol.ts';
import type { BridgeSource, ProvenBridge } from './bridge-source.ts';
import type { BridgeStarter } from './bridge-starter.ts';
import { createHello, type HelloDeps } from './hello.ts';
import { endOf, type LinkEnd } from './link-end.ts';
import type { LinkSocket, OpenLinkSocket } from './link-socket.ts';
import { parseToEditor } from './parse-message.ts';

export interface AttemptDeps {
  readonly clock: Clock;
  readonly bridge: BridgeSource;
  readonly starter: BridgeStarter;
  readonly mayStart: () => boolean;
  readonly openSocket: OpenLinkSocket;
  readonly hello: HelloDeps;
}

export interface Linked {
  readonly kind: 'linked';
  /** Without a listener: what follows `welcome` is kept for the next one. */
  readonly socket: LinkSocket;
  readonly welcome: Welcome;
  readonly port: number;
}

export interface AttemptResult {
  readonly end: Linked | LinkEnd;
  /** Of the bridge that was tried. */
  readonly instance: string | undefined;
  /** Of the state files that were tried. */
  readonly fingerprint: string;
}

/** Ids that a bridge may turn down in a row: two clashes of random ids mean that it is broken. */
const maxIdClashes = 3;

/** One attempt: find the bridge or start it, open a socket, say hello, wait for `welcome`. Never rejects. */
export async function attemptLink(
  deps: AttemptDeps,
  { byUser, signal }: { readonly byUser: boolean; readonly signal: AbortSignal },
): Promise<AttemptResult> {
  const { bridge, starter } = deps;
  let { found, fingerprint } = await bridge.find(signal);
  // Beside one that only does not answer no other can run.
  const mayStart = found.kind === 'missing' && found.silentPid === undefined && deps.mayStart();
  if (mayStart && !signal.aborted) {
    const end = await starter.start({ byUser, signal });
    if (end !== undefined) return { end, instance: undefined, fingerprint };
    ({ found, fingerprint } = await bridge.find(signal));
  }
  if (found.kind === 'missing')
    return { end: { kind: 'dropped', reason: found.reason }, instance: undefined, fingerprint };
  starter.reset();
  return { end: await open(deps, found, signal), instance: found.instance, fingerprint };
}

async function open(deps: AttemptDeps, bridge: ProvenBridge, signal: AbortSignal): Promise<Linked | LinkEnd> {
  const deadline = new AbortController();
  const late = `no answer from the bridge within ${limits.handshakeMs / 1000} s`;
  const timer = deps.clock.after(limits.handshakeMs, () => deadline.abort(new Error(late)));
  const either = AbortSignal.any([signal, deadline.signal]);
  try {
    const end = await openAs(linkVersion, deps, bridge, either);
    // An older bridge: it is spoken to in its own version, and then asked to give way.
    return end === 'other_version' ? orRefused(await openAs(oldestLinkVersion, deps, bridge, either)) : end;
  } catch (error) {
    // Every failure to open ends this attempt only; the reason is logged and shown by the link.
    return { kind: 'dropped', reason: deadline.signal.aborted ? late : messageOf(error) };
  } finally {
    timer.dispose();
  }
}

function orRefused(end: Linked | LinkEnd | 'other_version'): Linked | LinkEnd {
  return end === 'other_version' ? endOf(closeCodes.versionNotSupported, '') : end;
}

/** One socket with one `hello`; it is closed unless it becomes the link. */
async function openAs(
  version: number,
  deps: AttemptDeps,
  bridge: ProvenBridge,
  signal: AbortSignal,
): Promise<Linked | LinkEnd | 'other_version'> {
  const socket = await deps.openSocket(bridge, signal);
  const answer = await greet(deps.hello, { socket, version, signal });
  if (answer !== 'other_version' && answer.kind === 'linked') return { ...answer, socket, port: bridge.port };
  socket.dispose();
  return answer;
}

type Greeting = { readonly kind: 'linked'; readonly welcome: Welcome } | LinkEnd | 'other_version';

interface GreetDeps {
  readonly socket: LinkSocket;
  /** Of the link, as spoken here. */
  readonly version: number;
  readonly signal: AbortSignal;
}

function greet(hello: HelloDeps, { socket, version, signal }: GreetDeps): Promise<Greeting> {
  return new Promise((resolve) => {
    let clashes = 0;
    const say = () => socket.send(encode({ ...createHello(hello, socket.editorProof), version }));
    const settle = (end: Greeting) => {
      socket.listen(undefined);
      signal.removeEventListener('abort', abort);
      resolve(end);
    };
    const abort = () => settle({ kind: 'dropped', reason: messageOf(signal.reason) });
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    socket.listen({
      traffic: () => {},
      // Whoever has just come has a page.
      presenceAsked: (answer) => answer(),
      closed: (code, reason) => settle(code === closeCodes.versionNotSupported ? 'other_version' : endOf(code, reason)),
      message: (text) => {
        const message = parseToEditor(text);
        if (message?.type === 'welcome') {
          settle(message.version === version ? { kind: 'linked', welcome: message } : otherVersion(message.version));
        } else if (message?.type === 'id_in_use' && clashes < maxIdClashes) {
          clashes += 1;
          hello.identity.renew();
          say();
        } else {
          settle({ kind: 'dropped', reason: 'the bridge did not answer as the link demands' });
        }
      },
    });
    say();
  });
}

function otherVersion(version: number): LinkEnd {
  return { kind: 'refused', reason: `the bridge speaks version ${version} of the link, this extension ${linkVersion}` };
}
