import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFiles } from '../shared/state-files.ts';
import type { RecordFile } from './agent/legacy/session-records.ts';
import { readPrivate, writePrivate } from './private-files.ts';

/** The state directory's record of agents' sessions. By path each time: a bridge that takes over may replace the file. */
export function sessionFile(stateDir: string): RecordFile {
  const path = join(stateDir, stateFiles.sessions);
  return {
    read: () => readPrivate(path),
    replace: (text) => writePrivate(path, text),
    append: (text) => appendFile(path, text, { mode: 0o600 }),
  };
}
