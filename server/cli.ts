import { Command, CommanderError, Option } from 'commander';
import { limits } from '../shared/limits.ts';
import type { StalePolicy } from './agent/legacy/stale-policy.ts';
import { commandFailure } from './command-failure.ts';
import {
  OptionError,
  parseCallTimeout,
  parseHost,
  parseIdleExit,
  parseOnStale,
  parsePort,
  parseToolInput,
  type ServeOptions,
} from './options.ts';
import type { StdioOptions } from './stdio-main.ts';

/** Exit codes of every command; `docs/architecture.md` and `--help` list them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notRunning: 3 } as const;

export interface StatusOptions {
  readonly stateDir: string;
  readonly json: boolean;
}

export interface CallOptions extends StatusOptions {
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly window: string | undefined;
  readonly timeoutMs: number;
}

export interface CliDeps {
  readonly version: string;
  readonly stateDir: (option: string | undefined) => string;
  /** Each resolves with the exit code; `serve` when the bridge leaves. */
  readonly serve: (options: ServeOptions) => Promise<number>;
  readonly status: (options: StatusOptions) => Promise<number>;
  readonly call: (options: CallOptions) => Promise<number>;
  readonly rotate: (options: StatusOptions) => Promise<number>;
  readonly stdio: (options: StdioOptions) => Promise<number>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Runs one command line (without `node` and script) and resolves with the exit code. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram(deps, (code) => {
    exitCode = code;
  });
  let asJson = false;
  program.hook('preAction', (_program, command) => {
    // The first line of `serve` tells of a bridge, or there is none.
    asJson = command.getOptionValue('json') === true && command.name() !== 'serve';
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its message (or the help that was asked for) already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { text, json } = commandFailure(error);
    if (asJson) deps.stdout(json);
    else deps.stderr(text);
    return error instanceof OptionError ? exitCodes.usage : exitCodes.failed;
  }
}

/** As commander hands them over. */
interface ServeArguments {
  readonly port?: number;
  readonly stateDir?: string;
  readonly idleExit: number | 'never';
  readonly onStale?: StalePolicy;
  readonly json: boolean;
  readonly successor?: boolean;
}

function buildProgram(deps: CliDeps, finish: (exitCode: number) => void): Command {
  const program = new Command('holdfast')
    .description('The bridge between MCP agents and your VS Code windows.')
    .version(deps.version)
    .configureOutput({ writeOut: deps.stdout, writeErr: deps.stderr })
    .showSuggestionAfterError()
    .showHelpAfterError('(run with --help for the options)')
    .exitOverride()
    .addHelpText('after', '\nExit codes: 0 done, 1 failed (or the tool failed), 2 wrong usage, 3 no bridge runs.');
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--state-dir <dir>', 'where keys and the port are kept (default: $HOLDFAST_STATE_DIR, else ~/.holdfast)')
      .option('--json', 'machine-readable output on stdout', false);

  command('serve', 'Run the bridge. VS Code with the extension starts it by itself.')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one (default: chosen once and kept)', parsePort)
    .option('--host <address>', 'only loopback is accepted', parseHost)
    .option(
      '--idle-exit <time>',
      'leave after this time without window, stream and request, or "never" (default: 10m)',
      parseIdleExit,
      limits.idleExitMs,
    )
    .option(
      '--on-stale <policy>',
      'a dead session id that an agent repeats: heal (404, then a fresh session), diagnose (always 404) or adopt (at once) (default: sessions.onStale of config.json, else heal)',
      parseOnStale,
    )
    .addOption(new Option('--successor', 'only for a bridge that starts its replacement').hideHelp())
    .action(async (options: ServeArguments) => {
      finish(
        await deps.serve({
          port: options.port,
          stateDir: deps.stateDir(options.stateDir),
          idleExitMs: options.idleExit,
          onStale: options.onStale,
          json: options.json,
          successor: options.successor ?? false,
        }),
      );
    });

  command('status', 'Tell whether a bridge runs, and what is connected to it.').action(
    async (options: { stateDir?: string; json: boolean }) => {
      finish(await deps.status({ stateDir: deps.stateDir(options.stateDir), json: options.json }));
    },
  );

  command('rotate', 'Make a new token and new keys; whatever has the old ones is shut out.').action(
    async (options: { stateDir?: string; json: boolean }) => {
      finish(await deps.rotate({ stateDir: deps.stateDir(options.stateDir), json: options.json }));
    },
  );

  command('call', 'Call a tool through the running bridge, as an agent would.')
    .argument('<tool>', 'name of the tool, for example list_windows')
    .argument('[arguments]', 'its arguments as one JSON object', parseToolInput, {})
    .option('--window <id>', 'the window to use and no other (default: $HOLDFAST_WINDOW where several would do)')
    .option(
      '--timeout <time>',
      `how long to wait for the answer (default: ${limits.callMaxMs / 1_000}s)`,
      parseCallTimeout,
      limits.callMaxMs,
    )
    .action(
      async (
        tool: string,
        input: Record<string, unknown>,
        options: { stateDir?: string; json: boolean; window?: string; timeout: number },
      ) => {
        finish(
          await deps.call({
            tool,
            input,
            stateDir: deps.stateDir(options.stateDir),
            json: options.json,
            window: options.window,
            timeoutMs: options.timeout,
          }),
        );
      },
    );

  program
    .command('stdio')
    .description('Speak MCP on stdin and stdout: what an agent runs. Finds the bridge, or starts it.')
    .option('--state-dir <dir>', 'where keys and the port are kept (default: $HOLDFAST_STATE_DIR, else ~/.holdfast)')
    .option(
      '--window <id>',
      'the window to use and no other (default: by path, $HOLDFAST_WINDOW or the working directory)',
    )
    .action(async ({ stateDir, window }: { stateDir?: string; window?: string }) => {
      finish(await deps.stdio({ stateDir, window }));
    });
  return program;
}
