import type { CallOutcome, ClientRun } from './outcome.ts';

const intro = `# Clients

<!-- Written by \`npm run test:clients -- --write\`. -->

Real clients, as npm installs them, through what happens to a bridge and a window in the course of a day. Each is
configured with the text of *Copy Agent Configuration* (Cursor's, where a client has none of its own; mcp-remote by its
arguments), started once, and then left to itself: a model on loopback asks for one tool after the other while the bridge
is killed (\`kill -9\`, and the window starts the next one), the state directory is replaced, and the window reloads.
Nobody restarts or reconfigures a client. Each call is a change in the window, and each change is counted: no client in
this table made one twice, and none was told of a change that was not made.

Every client listed our tools and that of a server behind the bridge, and made its first call; the columns are what came after.`;

const legend = `How to read it:

- **By**: HTTP, or the shim, which is \`holdfast stdio\`.
- **MCP**: the version of the client's session; *no sessions* is MCP 2026-07-28, where there is none to lose.
- **New state directory**: the keys of the bridge are gone with it. By HTTP the agents' token and port stay, because they
  stand in the client's configuration ([decision 17](decisions/0017-what-a-replaced-state-directory-means.md)); by the
  shim nothing stays.
- *Session kept*: the bridge restored it from its id. *New session*: the client began one. *Healed*: the client ignored
  the 404 that asks for a new session and repeated the dead id, and the bridge served it in a fresh session. The shim
  sees to its client's session by itself, so nothing is said of it.
- **Killed in a call**: the bridge dies when the change is made and not yet answered. *Result*: the call has a name by the
  shim, and its result comes from the window. *Error*: the client shows that its connection broke, which does not say that
  the change was made (it was, once). Either way the next call works.
- *Older* Claude Code stands for sessions: the current one prefers the era without. mcp-remote is itself a shim, for
  agents that only know stdio. The Inspector's CLI connects anew for each command; its \`mcpdo\` keeps a connection.

Cursor and VS Code's own agent are not here: neither runs without its window and its maker's account.`;

const head = [
  '| Client | Version | By | MCP | After a restart | After a new state directory | After a reload | Killed in a call |',
  '|---|---|---|---|---|---|---|---|',
];

export function clientsPage(runs: readonly ClientRun[]): string {
  return `${[intro, [...head, ...runs.map(row)].join('\n'), legend].join('\n\n')}\n`;
}

function row(run: ClientRun): string {
  const { client, version, way, sessionVersion = 'no sessions', calls } = run;
  const cells = [
    client,
    version,
    way,
    sessionVersion,
    worked(run, calls.restarted),
    worked(run, calls.replaced) === failed
      ? `from the 2nd call: ${worked(run, calls['replaced again'])}`
      : worked(run, calls.replaced),
    worked(run, calls.reloaded),
    interrupted(calls.interrupted, calls.afterwards),
  ];
  return `| ${cells.join(' | ')} |`;
}

const failed = '**fails**';

function worked({ way, life }: ClientRun, call: CallOutcome | undefined): string {
  if (call?.outcome !== 'ok') return failed;
  // A client that connects for each command has a new session by its nature.
  const isTold = way === 'HTTP' && life === 'all steps' && call.comeback !== undefined;
  return isTold ? `works, ${call.comeback}` : 'works';
}

function interrupted(call: CallOutcome | undefined, next: CallOutcome | undefined): string {
  if (call === undefined || call.outcome === 'hung' || next?.outcome !== 'ok') return failed;
  return call.outcome === 'ok' ? 'result' : 'error';
}
