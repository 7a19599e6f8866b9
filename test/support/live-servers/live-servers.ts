import { fileURLToPath } from 'node:url';
import type { StaleRuleName } from '../../../server/recovery/classify.ts';

/** A server from npm, as somebody runs it. */
export interface LiveServer {
  readonly name: string;
  /** What it is called in a configuration. */
  readonly key: string;
  /** Arguments of Node, and what else its environment holds. */
  readonly run: (port: number) => { readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv };
  /** How its sessions are lost: with its process, or by a DELETE that somebody else has sent. */
  readonly lostBy: 'restart' | 'delete';
  /** How it says so. */
  readonly rule: StaleRuleName;
}

const program = (name: string) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
const own =
  (name: 'sdk-v1' | 'sdk-v2', router: 'single' | 'refusing' | 'opening'): LiveServer['run'] =>
  (port) => ({ args: ['--import', 'tsx', program(name), `${port}`, router] });

/** The file that a package's bin runs. */
const binOf = (manifest: string) => fileURLToPath(new URL('dist/index.js', manifest));
const supergateway =
  (manifest: string): LiveServer['run'] =>
  (port) => ({
    args: [
      binOf(manifest),
      ...['--stdio', `"${process.execPath}" --import tsx "${program('on-stdio')}"`],
      ...['--outputTransport', 'streamableHttp', '--stateful', '--port', `${port}`, '--logLevel', 'none'],
    ],
  });

/** What the SDK itself says of a session that has ended, which it never says after a restart behind a map. */
const ended = { lostBy: 'delete', rule: 'code_404' } as const;

export const liveServers: readonly LiveServer[] = [
  {
    name: 'SDK v1, a map of sessions',
    key: 'v1-map',
    run: own('sdk-v1', 'refusing'),
    lostBy: 'restart',
    rule: 'code_404',
  },
  {
    name: 'SDK v1, a map that makes a transport for an unknown id',
    key: 'v1-opening',
    run: own('sdk-v1', 'opening'),
    lostBy: 'restart',
    rule: 'not_initialized_400',
  },
  {
    name: 'SDK v1, one transport',
    key: 'v1-single',
    run: own('sdk-v1', 'single'),
    lostBy: 'restart',
    rule: 'not_initialized_400',
  },
  { name: 'SDK v1, a session that has ended', key: 'v1-ended', run: own('sdk-v1', 'refusing'), ...ended },
  {
    name: 'SDK v2, a map of sessions',
    key: 'v2-map',
    run: own('sdk-v2', 'refusing'),
    lostBy: 'restart',
    rule: 'code_404',
  },
  {
    name: 'SDK v2, one transport',
    key: 'v2-single',
    run: own('sdk-v2', 'single'),
    lostBy: 'restart',
    rule: 'not_initialized_400',
  },
  { name: 'SDK v2, a session that has ended', key: 'v2-ended', run: own('sdk-v2', 'refusing'), ...ended },
  {
    name: 'supergateway 3',
    key: 'gateway-3',
    run: supergateway(import.meta.resolve('supergateway-3/package.json')),
    lostBy: 'restart',
    rule: 'session_id_400',
  },
  {
    name: 'supergateway 4',
    key: 'gateway-4',
    run: supergateway(import.meta.resolve('supergateway/package.json')),
    lostBy: 'restart',
    rule: 'code_404',
  },
  {
    name: 'server-everything',
    key: 'everything',
    run: (port) => ({
      args: [binOf(import.meta.resolve('@modelcontextprotocol/server-everything/package.json')), 'streamableHttp'],
      env: { PORT: `${port}` },
    }),
    lostBy: 'restart',
    rule: 'session_id_400',
  },
];

/** Gives no session, so there is none to lose. */
export const sessionless: Pick<LiveServer, 'name' | 'run'> = {
  name: 'SDK v2, its handler',
  run: (port) => ({ args: ['--import', 'tsx', program('sdk-v2-handler'), `${port}`] }),
};
