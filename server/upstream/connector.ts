import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import type { Connector } from '../recovery/connection.ts';
import { createHttpConnector } from './http-connector.ts';
import { createStdioConnector, type StdioConnectorDeps } from './stdio-connector.ts';

/** The way to a server as the user has configured it. */
export function connectorOf(
  { url, headers, command, args, env, cwd }: UpstreamConfig,
  deps: Pick<StdioConnectorDeps, 'env' | 'newId' | 'log'>,
): Connector {
  if (url !== undefined) return createHttpConnector({ url, headers });
  if (command === undefined) throw new TypeError('the configuration was not checked');
  return createStdioConnector({ ...deps, command, args, cwd, env: { ...deps.env, ...env } });
}
