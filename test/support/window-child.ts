// A window on plain Node: the real link, router and journal, over two tools whose effects are lines of a file.

import { appendFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BridgeProcess } from '../../extension/bridge-process.ts';
import { JournalFolder } from '../../extension/journal-folder.ts';
import { CallRouter } from '../../extension/link/call-router.ts';
import { JournalPlace } from '../../extension/link/journal-place.ts';
import { LastingJournal } from '../../extension/link/lasting-journal.ts';
import { Link } from '../../extension/link/link.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLog } from '../../shared/log.ts';
import { environment } from '../../shared/state-files.ts';
import { bufferTools } from '../../shared/tools/buffers.ts';
import { filesTools } from '../../shared/tools/files.ts';
import { noQuestions } from './no-questions.ts';
import { sampleWindow } from './sample-window.ts';

const options = z
  .object({
    stateDir: z.string(),
    storage: z.string(),
    editorId: z.string(),
    folder: z.string(),
    fresh: z.boolean(),
    bundle: z.string().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const { stateDir, storage, editorId, folder, fresh, bundle } = options;
const clock = systemClock;
const random = Math.random;
const log = createLog((level, message) => process.stderr.write(`${level} ${message}\n`));
const pause = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

const bridge = new BridgeProcess({
  clock,
  log,
  random,
  env: { ...process.env, [environment.stateDir]: stateDir },
  platform: process.platform,
  homeDir: homedir(),
  tempDir: tmpdir(),
  execPath: process.execPath,
  bundlePath: bundle ?? '',
  version: '0.0.0-test',
});
const identity = { editorId, epoch: `${process.pid}-${clock.wallMs()}`, renew: () => process.exit(3) };
const journal = new LastingJournal({ clock, log });
const journals = new JournalFolder({
  folder: storage,
  platform: process.platform,
  tempDir: tmpdir(),
  clock,
  random,
  log,
});
const place = new JournalPlace({
  journal,
  identity,
  lock: (id) => journals.lock(id),
  disk: (id) => journals.disk(id),
  clock,
  log,
});
const definitions = { open_file: filesTools.open_file, edit_buffer: bufferTools.edit_buffer };
const link = new Link({
  clock,
  log,
  random,
  bridge,
  openSocket: openLinkSocket,
  calls: new CallRouter({
    definitions,
    handlers: {
      /** Tells how often each text took effect, as a read of the file would. */
      async open_file({ path }) {
        await pause(random() * 20);
        return { path, start: { line: 1, column: 1 }, end: { line: 1, column: 1 }, focused: false };
      },
      /** The texts of the files to create are the effects. */
      async edit_buffer({ create = [] }) {
        await pause(random() * 20);
        for (const { text } of create) appendFileSync(join(storage, 'effects'), `${text}\n`);
        // Time to end the bridge between the effect and its answer.
        await pause(create.some(({ text }) => text.startsWith('slow')) ? 1_000 : random() * 20);
        return { files: [], on_disk: true };
      },
    },
    journal,
    clock,
    log,
    isTrusted: () => true,
    ...noQuestions,
  }),
  mayStartBridge: () => bundle !== undefined,
  present: async () => {},
  identity,
  extensionVersion: '0.0.0-test',
  describeWindow: () => ({
    ...sampleWindow,
    name: editorId,
    folders: [{ name: editorId, path: folder, uri: `file://${folder}` }],
  }),
  toolNames: Object.keys(definitions),
});
link.onDidChangeState(({ kind }) => process.send?.(kind));
// All timers of the clock are unref'd: in VS Code the extension host lives on by itself.
process.once('disconnect', () => process.exit());
await place.open(fresh);
link.start();
