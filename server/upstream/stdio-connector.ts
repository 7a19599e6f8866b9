import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { type Connector, UnreachableError } from '../recovery/connection.ts';
import { readLines } from '../stdio/lines.ts';
import { endProcess, onProcessEnd } from './server-process.ts';
import { StreamEndpoint } from './stream-endpoint.ts';

export interface StdioConnectorDeps {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Names one process of the server. */
  readonly newId: () => string;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

/** The way to a server that is a command of the user's: starts it, and again when it has ended. */
export function createStdioConnector(deps: StdioConnectorDeps): Connector {
  let running: StreamEndpoint | undefined;
  return {
    async connect() {
      if (running?.ended === undefined && running !== undefined) return running;
      running = await start(deps);
      return running;
    },
    close: () => running?.close(),
  };
}

async function start({ command, args, cwd, env, newId, clock, log }: StdioConnectorDeps): Promise<StreamEndpoint> {
  const child = spawn(command, [...args], {
    env,
    stdio: 'pipe',
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      const hint = 'Ask the person to check "command" and "cwd" of this server in config.json.';
      // Node names the command for a folder that is missing.
      const isMissing = cwd !== undefined && !existsSync(cwd);
      const why = isMissing ? `there is no folder ${cwd}` : messageOf(error);
      reject(new UnreachableError(`${command} cannot be started: ${why}`, hint, error));
    });
  });
  const endpoint = new StreamEndpoint({
    url: [command, ...args].join(' '),
    instance: newId(),
    // Of what a process that has ended did not take, its end tells.
    write: (line) => child.stdin.write(`${line}\n`),
    stop: () => endProcess(child, clock),
    beginMs: limits.serverBeginMs,
  });
  let said = '';
  // What a server says there is for people; it may hold anything, so only its last line is ever shown.
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = text.trimEnd().split('\n').at(-1)?.slice(0, 200) ?? said;
  });
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.on('error', () => {});
  readLines(child.stdout, {
    onLine: (line) => endpoint.take(line),
    onTooLong: (message) => {
      log.warn('a message that was too long was passed over');
      endpoint.passedOver(message);
    },
    onEnd: () => {},
  });
  onProcessEnd(child, clock, (how) => endpoint.over(`the server ended with ${how}${said === '' ? '' : `: ${said}`}`));
  return endpoint;
}
