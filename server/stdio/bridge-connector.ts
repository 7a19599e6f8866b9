import { agentHeaders } from '../../shared/agent-headers.ts';
import { bridgeFeatures } from '../../shared/bridge-features.ts';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { bridgeOrigin, type FoundBridge, lookForBridge } from '../bridge-client.ts';
import type { MachineBoot } from '../bridge-file.ts';
import { sha256 } from '../crypto.ts';
import { type Connector, type Endpoint, UnreachableError } from '../recovery/connection.ts';
import { startExchange } from '../recovery/http-exchange.ts';
import { readSecret } from '../state-dir.ts';
import { ProvenAgent } from './proven-agent.ts';

export interface BridgeConnectorDeps {
  readonly stateDir: string;
  readonly boot: () => MachineBoot;
  readonly nonce: () => string;
  /** Starts the bridge; rejects with an `UnreachableError` when that does not work. */
  readonly start: (signal: AbortSignal) => Promise<void>;
  /** As `LookDeps.isLocked`. */
  readonly isLocked: () => Promise<boolean>;
  /** Id of the window whose terminal this runs in. */
  readonly window: string | undefined;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The way to the user's bridge: finds the one that runs, proven, or starts it. */
export function createBridgeConnector(deps: BridgeConnectorDeps): Connector {
  return {
    async connect(how, signal) {
      const found = await look(deps);
      if (found !== undefined) return found;
      if (how === 'join') throw new UnreachableError('no bridge runs');
      deps.log.info('no bridge runs; starting it');
      await deps.start(signal);
      const started = await look(deps);
      if (started === undefined) throw new UnreachableError('the bridge was started and left at once');
      return started;
    },
  };
}

/** Beside a bridge that does not answer none can be started. @throws UnreachableError that names its process */
async function look(deps: BridgeConnectorDeps): Promise<Endpoint | undefined> {
  const { stateDir, nonce, boot, isLocked } = deps;
  const seen = await lookForBridge({ stateDir, boot: boot(), nonce, isLocked, proofMs: limits.proofMs });
  if (seen.kind === 'running') return endpointOf(seen.bridge, deps);
  if (seen.kind === 'none') return undefined;
  const { pid } = seen.bridge;
  const hint = `Let process ${pid} go on, or end it ("Holdfast: Restart Bridge" in VS Code does); then repeat it.`;
  throw new UnreachableError(`the bridge (process ${pid}) does not answer`, hint);
}

function endpointOf({ port, instance, features }: FoundBridge, deps: BridgeConnectorDeps): Endpoint | undefined {
  const { stateDir, nonce, clock, window, folder } = deps;
  const secret = readSecret(stateDir, 'editor.secret');
  const token = readSecret(stateDir, 'token');
  if (secret === undefined || token === undefined) return undefined;
  const agent = new ProvenAgent({ port, instance, secret, nonce, clock });
  const headers = {
    authorization: `Bearer ${token}`,
    [agentHeaders.folder]: encodeURIComponent(folder),
    ...(window === undefined || window === '' ? {} : { [agentHeaders.window]: window }),
  };
  const target = { host: '127.0.0.1', port, path: '/mcp', agent, headers };
  return {
    url: `${bridgeOrigin(port)}${target.path}`,
    exchange: (request) => startExchange(target, request),
    close: () => agent.destroy(),
    instance,
    // With the state directory its windows' record of calls is gone, and its editor secret is another one.
    keyKeeper: features.includes(bridgeFeatures.keys) ? sha256(secret) : undefined,
    renewable: true,
  };
}
