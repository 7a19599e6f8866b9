import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stateFiles } from '../shared/state-files.ts';
import { readPrivate, writePrivate } from './private-files.ts';
import type { SentFile } from './upstream/sent-calls.ts';

/** The state directory's record of calls sent to servers behind the bridge. By path each time, as with the sessions'. */
export function sentFile(stateDir: string): SentFile {
  const path = join(stateDir, stateFiles.sentCalls);
  return {
    size: () => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    read: () => readPrivate(path) ?? '',
    append: (text) => appendFileSync(path, text, { mode: 0o600 }),
    replace: (text) => writePrivate(path, text),
  };
}
