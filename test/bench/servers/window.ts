/** A window's real link, which may start no bridge: tells each time that it is online, and when. */
import { homedir, tmpdir } from 'node:os';
import { z } from 'zod';
import { BridgeProcess } from '../../../extension/bridge-process.ts';
import { Link } from '../../../extension/link/link.ts';
import { openLinkSocket } from '../../../extension/link/socket.ts';
import { systemClock } from '../../../shared/clock.ts';
import { createLog } from '../../../shared/log.ts';
import { environment } from '../../../shared/state-files.ts';
import { startOptions, tell } from '../peer-side.ts';
import { benchWindow } from '../window-info.ts';

const { stateDir } = startOptions(z.object({ stateDir: z.string() }));
const clock = systemClock;
const log = createLog(() => {});
const bridge = new BridgeProcess({
  clock,
  log,
  random: Math.random,
  env: { ...process.env, [environment.stateDir]: stateDir },
  platform: process.platform,
  homeDir: homedir(),
  tempDir: tmpdir(),
  execPath: process.execPath,
  bundlePath: '',
  version: '0.0.0-bench',
});
const link = new Link({
  clock,
  log,
  random: Math.random,
  bridge,
  openSocket: openLinkSocket,
  calls: { journal: { ids: [], gapMs: 0 }, call: () => {}, cancel: () => {}, ack: () => {} },
  mayStartBridge: () => false,
  present: async () => {},
  identity: { editorId: 'bench-window', epoch: 'bench-epoch', renew: () => {} },
  extensionVersion: '0.0.0-bench',
  describeWindow: () => benchWindow,
  toolNames: [],
});
// The monotonic clock of the system, which all processes share.
link.onDidChangeState(({ kind }) => tell({ kind, atMs: Number(process.hrtime.bigint()) / 1e6 }));
link.start();
