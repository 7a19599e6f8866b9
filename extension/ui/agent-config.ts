import { type ConfigText, type ShimCommand, shimConfigs } from './shim-config.ts';

/**
 * What a person pastes to connect an agent to this bridge. With HTTP the text holds the agents' token, so every target is
 * a file or command of the user's own profile, never one of a project that could be committed.
 */
export interface AgentEndpoint {
  /** `http://127.0.0.1:PORT/mcp` */
  readonly url: string;
  readonly token: string;
  /** Undefined where the `holdfast` command is not installed, because the bridge was not started by a window. */
  readonly shim: ShimCommand | undefined;
}

export interface AgentConfig extends ConfigText {
  /** The agent and the way in which it connects. */
  readonly label: string;
}

const name = 'holdfast';

/** For each agent the shim's configuration first: it needs no token and outlives the bridge. */
export function agentConfigs({ url, token, shim }: AgentEndpoint): readonly AgentConfig[] {
  const http = httpConfigs({ url, token });
  const stdio = shim === undefined ? [] : shimConfigs(shim);
  return http.flatMap((config) => {
    const own = stdio.filter(({ agent }) => agent === config.agent);
    return [...own.map((each) => named(each, 'stdio')), named(config, 'HTTP')];
  });
}

function named(config: ConfigText, way: string): AgentConfig {
  return { label: `${config.agent} (${way})`, ...config };
}

function httpConfigs({ url, token }: Pick<AgentEndpoint, 'url' | 'token'>): readonly ConfigText[] {
  const authorization = `Bearer ${token}`;
  const headers = { Authorization: authorization };
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const merge = (file: string): string => `Merge it into ${file} (your own file, not a project's: it holds the token).`;
  return [
    {
      agent: 'Claude Code',
      kind: 'command',
      where: 'Run it in a terminal. It writes ~/.claude.json; the token also stays in your shell history.',
      // --header takes several values: it comes last, or it would swallow the name and the URL.
      text: `claude mcp add --transport http --scope user ${name} ${url} --header "Authorization: ${authorization}"\n`,
    },
    {
      agent: 'Codex',
      kind: 'file',
      where: merge('~/.codex/config.toml'),
      // Codex refuses an inline bearer_token; a literal header is allowed. JSON strings are TOML basic strings.
      text:
        `[mcp_servers.${name}]\n` +
        `url = ${JSON.stringify(url)}\n` +
        `http_headers = { Authorization = ${JSON.stringify(authorization)} }\n`,
    },
    {
      agent: 'Cursor',
      kind: 'file',
      where: merge('~/.cursor/mcp.json'),
      text: json({ mcpServers: { [name]: { url, headers } } }),
    },
    {
      agent: 'VS Code',
      kind: 'file',
      where: 'Run "MCP: Open User Configuration" and merge it in (not into .vscode/mcp.json: it holds the token).',
      text: json({ servers: { [name]: { type: 'http', url, headers } } }),
    },
    {
      agent: 'opencode',
      kind: 'file',
      where: merge('~/.config/opencode/opencode.json'),
      // Without `oauth: false` a 401 (a rotated token) would start a browser sign-in that cannot work here.
      text: json({
        $schema: 'https://opencode.ai/config.json',
        mcp: { [name]: { type: 'remote', url, headers, oauth: false, enabled: true } },
      }),
    },
    {
      agent: 'Gemini CLI',
      kind: 'file',
      where: merge('~/.gemini/settings.json'),
      // `httpUrl` is Streamable HTTP; a bare `url` is taken for the older SSE transport.
      text: json({ mcpServers: { [name]: { httpUrl: url, headers } } }),
    },
  ];
}
