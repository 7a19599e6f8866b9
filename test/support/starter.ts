// A window that wants a bridge, as a process of its own: starts one or joins, prints how that ended, and leaves.
import { homedir, tmpdir } from 'node:os';
import { BridgeProcess } from '../../extension/bridge-process.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLog } from '../../shared/log.ts';

const [bundlePath = '', version = '0.1.0'] = process.argv.slice(2);
// All timers of the clock are unref'd: in VS Code the extension host lives on by itself.
const alive = setInterval(() => {}, 60_000);
const bridge = new BridgeProcess({
  clock: systemClock,
  log: createLog(() => {}),
  random: Math.random,
  env: process.env,
  platform: process.platform,
  homeDir: homedir(),
  tempDir: tmpdir(),
  execPath: process.execPath,
  bundlePath,
  version,
});
const signal = new AbortController().signal;
const outcome = await bridge.start(signal);
const { found } = await bridge.find(signal);
const instance = found.kind === 'proven' ? found.instance : null;
process.stdout.write(`${JSON.stringify({ ...outcome, instance })}\n`);
clearInterval(alive);
