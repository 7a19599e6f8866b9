/**
 * No client may reach anything but this machine, whatever it tries. On Linux the whole run moves into a network of its
 * own that has nothing but a loopback: models, bridge and clients meet there, and every other address is unreachable.
 */
import { spawn, spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';

const inside = 'HOLDFAST_CLIENTS_NETWORK';

/** Runs this program again where there is no network, and ends with it; returns when it runs there already. */
export async function enterOwnNetwork(): Promise<void> {
  if (process.env[inside] !== undefined) {
    const outward = Object.entries(networkInterfaces()).filter(([, addresses = []]) =>
      addresses.some((each) => !each.internal),
    );
    if (outward.length > 0)
      throw new Error(`there is a way out of this machine: ${outward.map(([name]) => name).join(', ')}`);
    return;
  }
  const enter = ['--net', '--map-root-user', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  const tried = spawnSync('unshare', [...enter, 'true'], { encoding: 'utf8' });
  if (tried.status !== 0) {
    const why = tried.error?.message ?? tried.stderr.trim();
    throw new Error(
      `The clients run only where they cannot reach the internet, and this machine has no way to that (unshare and ip of Linux): ${why}`,
    );
  }
  const bootstrap = fileURLToPath(new URL('../bootstrap.mjs', import.meta.url));
  const child = spawn('unshare', [...enter, process.execPath, bootstrap, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  process.exit(code ?? 1);
}
