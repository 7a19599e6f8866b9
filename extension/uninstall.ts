// VS Code runs this with plain Node, once, at its first start after the extension was uninstalled.
import { homedir } from 'node:os';
import { systemClock } from '../shared/clock.ts';
import { removeTraces } from './bridge/remove-traces.ts';
import { stateDirPath } from './bridge/state-dir.ts';

void removeTraces({
  clock: systemClock,
  stateDir: stateDirPath(process.env, homedir()),
  platform: process.platform,
  terminate: (pid) => process.kill(pid, 'SIGTERM'),
});
