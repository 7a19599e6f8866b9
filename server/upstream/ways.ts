import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import type { Connector } from '../recovery/connection.ts';
import { createHttpConnector, httpTargetOf } from './http-connector.ts';
import { createSseConnector } from './sse-connector.ts';
import { createStdioConnector, type StdioConnectorDeps } from './stdio-connector.ts';

/** One way to speak with a server: how messages get there, and which era of MCP they are of. */
export interface Way {
  readonly transport: 'HTTP' | 'HTTP with SSE' | 'stdio';
  readonly era: 'legacy' | 'modern';
  readonly connector: Connector;
}

/**
 * The ways to a server as the user has configured it, in the order in which they are tried. Over HTTP the era without
 * sessions comes first, because there is nothing in it to lose; a command may leave at anything but `initialize`
 * (docs/decisions/0027-upstream-eras.md).
 */
export function waysTo(
  { type, url, headers, command, args, env, cwd }: UpstreamConfig,
  deps: Pick<StdioConnectorDeps, 'env' | 'newId' | 'clock' | 'log'>,
): readonly [Way, ...Way[]] {
  if (url !== undefined) {
    const target = httpTargetOf({ url, headers });
    const sse: Way = { transport: 'HTTP with SSE', era: 'legacy', connector: createSseConnector(target, deps.newId) };
    if (type === 'sse') return [sse];
    const http = { transport: 'HTTP', connector: createHttpConnector(target) } as const;
    const both = [
      { ...http, era: 'modern' },
      { ...http, era: 'legacy' },
    ] as const;
    return type === undefined ? [...both, sse] : both;
  }
  if (command === undefined) throw new TypeError('the configuration was not checked');
  const connector = createStdioConnector({ ...deps, command, args, cwd, env: { ...deps.env, ...env } });
  return [
    { transport: 'stdio', era: 'legacy', connector },
    { transport: 'stdio', era: 'modern', connector },
  ];
}
