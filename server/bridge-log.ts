import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import { createLog, type Log } from '../shared/log.ts';
import { stateFiles } from '../shared/state-files.ts';

export interface BridgeLogDeps {
  readonly stateDir: string;
  /** Writes a line to stderr; must not throw. */
  readonly stderr: (line: string) => void;
  /** The time of an entry, as it is written. */
  readonly timestamp: () => string;
}

export interface BridgeLog {
  readonly log: Log;
  /** Resolves when everything is in the file, or cannot be. */
  readonly flush: () => Promise<void>;
}

/** The bridge's log: stderr and `bridge.log`, rotated by size. A log that cannot be written never stops the bridge. */
export function openBridgeLog({ stateDir, stderr, timestamp }: BridgeLogDeps): BridgeLog {
  let file: RotatingFileStream | undefined = createStream(stateFiles.log, {
    path: stateDir,
    size: `${limits.logMaxBytes}B`,
    rotate: limits.logMaxFiles,
    mode: 0o600,
    encoding: 'utf8',
  });
  const lose = (error: unknown) => {
    if (file === undefined) return;
    file = undefined;
    stderr(`warn  the log file cannot be written (${messageOf(error)}); logging goes to stderr only`);
  };
  file.on('error', lose);
  // A full disk or a removed directory at the moment of rotation is reported here.
  file.on('warning', (error) => stderr(`warn  log rotation: ${messageOf(error)}`));

  const log = createLog((level, message) => {
    const line = `${timestamp()} ${level.padEnd(5)} ${message}`;
    stderr(line);
    file?.write(`${line}\n`);
  });
  return {
    log,
    flush: () =>
      new Promise((resolve) => {
        if (file === undefined) return resolve();
        const closing = file;
        file = undefined;
        closing.once('error', () => resolve());
        closing.end(resolve);
      }),
  };
}
