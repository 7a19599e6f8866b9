// The `holdfast` command. The shim's way is the short one, because an agent waits for it: only what it needs is loaded.
import { messageOf } from '../shared/errors.ts';

async function run(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (command !== 'stdio' || rest.length > 0) {
    await import('./main.ts');
    return;
  }
  // All our timers are unref'd, and a bridge that is being started holds nothing.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  const { stdio } = await import('./stdio-main.ts');
  process.exitCode = await stdio({ stateDir: undefined, window: undefined });
  clearInterval(keepAlive);
  process.exit();
}

run().catch((error: unknown) => {
  process.stderr.write(`holdfast: ${messageOf(error)}\n`);
  process.exit(1);
});
