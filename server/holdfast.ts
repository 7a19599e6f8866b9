// The `holdfast` command. The shim's way is the short one, because an agent waits for it: only what it needs is loaded.
import { messageOf } from '../shared/errors.ts';
import type { StdioOptions } from './stdio-main.ts';

async function run(): Promise<void> {
  const options = stdioOptions(process.argv.slice(2));
  if (options === undefined) {
    await import('./main.ts');
    return;
  }
  // All our timers are unref'd, and a bridge that is being started holds nothing.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  const { stdio } = await import('./stdio-main.ts');
  process.exitCode = await stdio(options);
  clearInterval(keepAlive);
  process.exit();
}

/** The options of a plain `stdio`; undefined for whatever else it is, which the parser of all commands answers. */
function stdioOptions([command, ...rest]: readonly string[]): StdioOptions | undefined {
  if (command !== 'stdio') return undefined;
  const given = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 2) {
    const [option, value] = rest.slice(at);
    if ((option !== '--state-dir' && option !== '--window') || value === undefined) return undefined;
    given.set(option, value);
  }
  return { stateDir: given.get('--state-dir'), window: given.get('--window') };
}

run().catch((error: unknown) => {
  process.stderr.write(`holdfast: ${messageOf(error)}\n`);
  process.exit(1);
});
