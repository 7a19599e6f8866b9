/**
 * What a person pastes to connect an agent to this bridge. The text holds the agents' token, so every target is a file
 * or command of the user's own profile, never one of a project that could be committed.
 */
export interface AgentEndpoint {
  /** `http://127.0.0.1:PORT/mcp` */
  readonly url: string;
  readonly token: string;
}

export interface AgentConfig {
  /** The agent's name, as its makers write it. */
  readonly label: string;
  /** `command`: run it in a terminal. `file`: merge it into a configuration file. */
  readonly kind: 'command' | 'file';
  /** Where the text goes, as one sentence for a person. */
  readonly where: string;
  readonly text: string;
}

const name = 'holdfast';

export function agentConfigs({ url, token }: AgentEndpoint): readonly AgentConfig[] {
  const authorization = `Bearer ${token}`;
  const headers = { Authorization: authorization };
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const merge = (file: string): string => `Merge it into ${file} (your own file, not a project's: it holds the token).`;
  return [
    {
      label: 'Claude Code',
      kind: 'command',
      where: 'Run it in a terminal. It writes ~/.claude.json; the token also stays in your shell history.',
      // --header takes several values: it comes last, or it would swallow the name and the URL.
      text: `claude mcp add --transport http --scope user ${name} ${url} --header "Authorization: ${authorization}"\n`,
    },
    {
      label: 'Codex',
      kind: 'file',
      where: merge('~/.codex/config.toml'),
      // Codex refuses an inline bearer_token; a literal header is allowed. JSON strings are TOML basic strings.
      text:
        `[mcp_servers.${name}]\n` +
        `url = ${JSON.stringify(url)}\n` +
        `http_headers = { Authorization = ${JSON.stringify(authorization)} }\n`,
    },
    {
      label: 'Cursor',
      kind: 'file',
      where: merge('~/.cursor/mcp.json'),
      text: json({ mcpServers: { [name]: { url, headers } } }),
    },
    {
      label: 'VS Code',
      kind: 'file',
      where: 'Run "MCP: Open User Configuration" and merge it in (not into .vscode/mcp.json: it holds the token).',
      text: json({ servers: { [name]: { type: 'http', url, headers } } }),
    },
    {
      label: 'opencode',
      kind: 'file',
      where: merge('~/.config/opencode/opencode.json'),
      // Without `oauth: false` a 401 (a rotated token) would start a browser sign-in that cannot work here.
      text: json({
        $schema: 'https://opencode.ai/config.json',
        mcp: { [name]: { type: 'remote', url, headers, oauth: false, enabled: true } },
      }),
    },
    {
      label: 'Gemini CLI',
      kind: 'file',
      where: merge('~/.gemini/settings.json'),
      // `httpUrl` is Streamable HTTP; a bare `url` is taken for the older SSE transport.
      text: json({ mcpServers: { [name]: { httpUrl: url, headers } } }),
    },
  ];
}
