import { agentHeaders } from '../../shared/agent-headers.ts';
import { bridgeFeatures } from '../../shared/bridge-features.ts';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { bridgeOrigin, type FindBridgeDeps, findBridge } from '../bridge-client.ts';
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
  /** Process id of a bridge that runs and does not answer; asked when none has proven itself. */
  readonly silentBridge: () => Promise<number | undefined>;
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
      const found = await lookForBridge(deps);
      if (found !== undefined) return found;
      const pid = await deps.silentBridge();
      if (pid !== undefined) throw silence(pid);
      if (how === 'join') throw new UnreachableError('no bridge runs');
      deps.log.info('no bridge runs; starting it');
      await deps.start(signal);
      const started = await lookForBridge(deps);
      if (started === undefined) throw new UnreachableError('the bridge was started and left at once');
      return started;
    },
  };
}

function silence(pid: number): UnreachableError {
  const hint = `Let process ${pid} go on, or end it ("Holdfast: Restart Bridge" in VS Code does); then repeat it.`;
  return new UnreachableError(`the bridge (process ${pid}) does not answer`, hint);
}

async function lookForBridge(deps: BridgeConnectorDeps): Promise<Endpoint | undefined> {
  const { stateDir, nonce, clock, window, folder } = deps;
  const look: FindBridgeDeps = { stateDir, boot: deps.boot(), nonce, proofMs: limits.proofMs };
  const bridge = await findBridge(look);
  const secret = bridge === undefined ? undefined : readSecret(stateDir, 'editor.secret');
  const token = bridge === undefined ? undefined : readSecret(stateDir, 'token');
  if (bridge === undefined || secret === undefined || token === undefined) return undefined;
  const { port, instance, features } = bridge;
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
