/**
 * A VS Code window without VS Code: the extension's own link, call router and journal, joined as `extension/main.ts` does
 * it, and tools whose effects can be counted. Started with its options as one JSON argument.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeProcess } from '../../../extension/bridge-process.ts';
import { JournalFolder } from '../../../extension/journal-folder.ts';
import { CallRouter } from '../../../extension/link/call-router.ts';
import { JournalPlace } from '../../../extension/link/journal-place.ts';
import { LastingJournal } from '../../../extension/link/lasting-journal.ts';
import { Link } from '../../../extension/link/link.ts';
import { openLinkSocket } from '../../../extension/link/socket.ts';
import { systemClock } from '../../../shared/clock.ts';
import { DisposableStore } from '../../../shared/disposable.ts';
import { createLog } from '../../../shared/log.ts';
import { environment } from '../../../shared/state-files.ts';
import { noQuestions } from '../../support/no-questions.ts';
import { sampleWindow } from '../../support/sample-window.ts';
import { callsFor, journalFor } from './defective.ts';
import { type WindowEvent, windowMessages, windowOptionsSchema } from './options.ts';
import { workHandlers, workTools } from './tools.ts';

const options = windowOptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const { stateDir, storageDir, folder, name, bundlePath, version, defect } = options;
const clock = systemClock;
const random = Math.random;
const epoch = randomUUID();
const store = new DisposableStore();
// The test reads them when it has failed; a parent that is gone is no reason to fail here.
const tell = (event: WindowEvent) => process.send?.(event, undefined, undefined, () => undefined);
const log = createLog((level, message) => tell({ type: 'log', level, message }));

mkdirSync(storageDir, { recursive: true, mode: 0o700 });
const { identity, fresh } = createIdentity(() => journalPlace.moved());
const bridge = new BridgeProcess({
  clock,
  log: log.area('bridge'),
  random,
  env: { ...process.env, [environment.stateDir]: stateDir },
  platform: process.platform,
  homeDir: homedir(),
  tempDir: tmpdir(),
  execPath: process.execPath,
  bundlePath,
  version,
});
const journal = store.add(new LastingJournal({ clock, log: log.area('calls') }));
const journals = new JournalFolder({
  folder: join(storageDir, '..', 'journal'),
  platform: process.platform,
  tempDir: tmpdir(),
  clock,
  random,
  log: log.area('calls'),
});
const journalPlace = store.add(
  new JournalPlace({
    journal,
    identity,
    lock: (editorId) => journals.lock(editorId),
    disk: (editorId) => journals.disk(editorId),
    clock,
    log: log.area('calls'),
  }),
);
const calls = store.add(
  new CallRouter({
    definitions: workTools,
    handlers: workHandlers({ ledger: options.ledger, epoch, defect, begun: (op) => tell({ type: 'work', op }) }),
    journal: journalFor(defect, journal),
    clock,
    log: log.area('calls'),
    isTrusted: () => true,
    ...noQuestions,
  }),
);
const link = store.add(
  new Link({
    clock,
    log: log.area('link'),
    random,
    identity,
    extensionVersion: version,
    describeWindow: () => ({ ...sampleWindow, name, folders: [{ name, path: folder, uri: `file://${folder}` }] }),
    toolNames: Object.keys(workTools),
    calls: callsFor(defect, calls),
    bridge,
    openSocket: openLinkSocket,
    mayStartBridge: () => options.mayStartBridge,
    present: async () => {},
  }),
);
link.onDidChangeState((state) => {
  const instance = state.kind === 'online' ? { instance: state.bridge.instance } : {};
  const reason = state.kind === 'waiting' || state.kind === 'refused' ? { reason: state.reason } : {};
  tell({ type: 'state', kind: state.kind, ...instance, ...reason });
});
// Unlike in VS Code nothing else keeps this process alive, or ends it with its parent.
process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  if (message === windowMessages.focus) link.wake();
  if (message !== windowMessages.leave) return;
  store.dispose();
  void journal.close().then(() => process.exit());
});

tell({ type: 'id', editorId: identity.editorId });
await journalPlace.open(fresh);
link.start();

/** As `extension/main.ts`, with a file in place of the workspace's state. */
function createIdentity(changed: () => void) {
  const file = join(storageDir, 'editor-id');
  const mint = () => {
    const id = `w-${randomBytes(4).toString('hex')}`;
    writeFileSync(file, id);
    return id;
  };
  const kept = readKept(file);
  let editorId = kept ?? mint();
  return {
    fresh: kept === undefined,
    identity: {
      get editorId() {
        return editorId;
      },
      epoch,
      renew() {
        editorId = mint();
        tell({ type: 'id', editorId });
        changed();
      },
    },
  };
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The first life of this window.
    return undefined;
  }
}
