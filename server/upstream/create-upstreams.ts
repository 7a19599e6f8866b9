import type { Log } from '../../shared/log.ts';
import { Upstream, type UpstreamDeps } from './upstream.ts';
import { UpstreamSet } from './upstream-set.ts';
import { waysTo } from './ways.ts';

export interface CreateUpstreamsDeps extends Pick<UpstreamDeps, 'version' | 'newId' | 'clock' | 'random'> {
  /** What a command gets beside its own. */
  readonly env: NodeJS.ProcessEnv;
  /** Of the server with this name. */
  readonly log: (name: string) => Log;
}

/** The set of servers behind the bridge, each spoken with as its configuration says. */
export function createUpstreams({ env, log: logOf, ...deps }: CreateUpstreamsDeps): UpstreamSet {
  return new UpstreamSet((name, config) => {
    const log = logOf(name);
    return new Upstream({ ...deps, name, config, ways: waysTo(config, { ...deps, env, log }), log });
  });
}
