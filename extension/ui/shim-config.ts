/** What a person pastes for one agent. */
export interface ConfigText {
  /** The agent's name, as its makers write it. */
  readonly agent: string;
  /** `command`: run it in a terminal. `file`: merge it into a configuration file. */
  readonly kind: 'command' | 'file';
  /** Where the text goes, as one sentence for a person. */
  readonly where: string;
  readonly text: string;
}

/** How an agent starts the shim. */
export interface ShimCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const name = 'holdfast';

export interface ShimPlace {
  readonly platform: string;
  /** `<state>/bin/holdfast`, whose path never changes. */
  readonly launcher: string;
  readonly stateDir: string;
  readonly defaultStateDir: string;
}

export function shimCommand({ platform, launcher, stateDir, defaultStateDir }: ShimPlace): ShimCommand {
  // An agent that was started elsewhere does not have this window's environment.
  const args = ['stdio', ...(stateDir === defaultStateDir ? [] : ['--state-dir', stateDir])];
  // Windows runs a .cmd by its command interpreter only.
  return platform === 'win32'
    ? { command: 'cmd', args: ['/c', `${launcher}.cmd`, ...args] }
    : { command: launcher, args };
}

/** What a person pastes to let an agent run the shim. It holds no secret. */
export function shimConfigs({ command, args }: ShimCommand): readonly ConfigText[] {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const merge = (file: string): string => `Merge it into ${file}. It holds no token.`;
  return [
    {
      agent: 'Claude Code',
      kind: 'command',
      where: 'Run it in a terminal. It writes ~/.claude.json and holds no token.',
      text: `claude mcp add --transport stdio --scope user ${name} -- ${[command, ...args].map(quoted).join(' ')}\n`,
    },
    {
      agent: 'Codex',
      kind: 'file',
      where: merge('~/.codex/config.toml'),
      // Codex hands on no variable that is not named here. JSON strings and lists are TOML ones too.
      text:
        `[mcp_servers.${name}]\n` +
        `command = ${JSON.stringify(command)}\n` +
        `args = ${JSON.stringify(args)}\n` +
        'env_vars = ["HOLDFAST_WINDOW"]\n',
    },
    {
      agent: 'Cursor',
      kind: 'file',
      where: merge('~/.cursor/mcp.json'),
      text: json({ mcpServers: { [name]: { type: 'stdio', command, args } } }),
    },
    {
      agent: 'VS Code',
      kind: 'file',
      where: 'Run "MCP: Open User Configuration" and merge it in. It holds no token.',
      text: json({ servers: { [name]: { type: 'stdio', command, args } } }),
    },
    {
      agent: 'opencode',
      kind: 'file',
      where: merge('~/.config/opencode/opencode.json'),
      text: json({
        $schema: 'https://opencode.ai/config.json',
        mcp: { [name]: { type: 'local', command: [command, ...args], enabled: true } },
      }),
    },
    {
      agent: 'Gemini CLI',
      kind: 'file',
      where: merge('~/.gemini/settings.json'),
      text: json({ mcpServers: { [name]: { command, args } } }),
    },
  ];
}

/** One word of a command line, for POSIX shells and for those of Windows, whose paths hold none of what is escaped here. */
function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replaceAll(/(["$`])/g, '\\$1')}"`;
}
