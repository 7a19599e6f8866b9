/**
 * `npm run test:clients`: real MCP clients through restarts of the bridge, a new state directory and a reload of the
 * window. `npm run test:clients -- codex opencode` runs some of them; `--way http|shim`; `--write` keeps the table in
 * docs/clients.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { StalePolicy } from '../../server/agent/legacy/stale-policy.ts';
import { outDir, repoRoot } from '../host/paths.ts';
import { endOwned, exitOnSignal } from '../host/processes.ts';
import { tempFolder } from '../host/temp-folder.ts';
import { bridgeBundle } from '../support/bridge-build.ts';
import type { Client, Way } from './agents/agent.ts';
import { claudeCode, claudeCodeLegacy } from './agents/claude-code.ts';
import { codex } from './agents/codex.ts';
import { copilot } from './agents/copilot.ts';
import { geminiCli } from './agents/gemini-cli.ts';
import { inspectorCli, inspectorMcpdo } from './agents/inspector.ts';
import { mcpRemote } from './agents/mcp-remote.ts';
import { mcporter } from './agents/mcporter.ts';
import { opencode } from './agents/opencode.ts';
import { Installation } from './install.ts';
import { ModelServer } from './model/model-server.ts';
import type { ClientRun } from './outcome.ts';
import { enterOwnNetwork } from './own-network.ts';
import { clientsPage } from './page.ts';
import { runScenario } from './scenario.ts';
import { Scene } from './scene.ts';
import { shortcomings } from './verdict.ts';

const clients: readonly Client[] = [
  claudeCode,
  claudeCodeLegacy,
  codex,
  opencode,
  geminiCli,
  copilot,
  mcpRemote,
  mcporter,
  inspectorCli,
  inspectorMcpdo,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { way: { type: 'string' }, write: { type: 'boolean', default: false } },
});

exitOnSignal();
const installation = await Installation.setUp(console.log);
bridgeBundle();
await enterOwnNetwork();
const logs = path.join(outDir, 'clients');
mkdirSync(logs, { recursive: true });
const runs: ClientRun[] = [];
for (const client of clients) {
  if (positionals.length > 0 && !positionals.some((word) => client.name.toLowerCase().includes(word))) continue;
  for (const way of client.ways) {
    if (values.way === undefined || values.way.toLowerCase() === way.toLowerCase()) runs.push(await run(client, way));
  }
}
const wrong = runs.flatMap(shortcomings);
const isWhole = positionals.length === 0 && values.way === undefined;
if (isWhole) {
  console.log('── the same without healing, which has to be noticed');
  const blind = shortcomings(await run(geminiCli, 'HTTP', 'diagnose'));
  if (!blind.some((each) => each.includes('"replaced again"'))) wrong.push('a client that stays stale was not noticed');
}
// The page promises what the verdict asks for.
if (values.write && isWhole && wrong.length === 0) {
  writeFileSync(path.join(repoRoot, 'docs/clients.md'), clientsPage(runs));
}
for (const each of wrong) console.log(`✖ ${each}`);
console.log(`${runs.length} runs, ${wrong.length} shortcomings`);
if (wrong.length > 0 || runs.length === 0) process.exitCode = 1;

async function run(client: Client, way: Way, onStale?: StalePolicy): Promise<ClientRun> {
  const { name, life } = client;
  const version = installation.version(client.package);
  console.log(`── ${name} ${version} by ${way}`);
  const home = tempFolder();
  const model = await ModelServer.start();
  const scene = await Scene.open(onStale);
  let output = '';
  const note = (text: string) => {
    output += text;
  };
  const { endpoint, folder } = scene;
  const open = () => client.open({ installation, way, endpoint, home: home.path, folder, model, note });
  try {
    const found = await runScenario(open, scene, way);
    for (const [step, { outcome, effects, ms, comeback = '', text }] of Object.entries(found.calls)) {
      console.log(`   ${step}: ${outcome} ${comeback} (ran ${effects} times, ${ms} ms)`);
      if (outcome !== 'ok') console.log(`     ${text.slice(0, 400)}`);
    }
    return { client: name, version, way, life, ...found };
  } finally {
    const parts = [output, '── model', ...model.log, '── bridge', scene.bridgeLog, '── window', scene.windowLog];
    writeFileSync(path.join(logs, `${name.replaceAll(/\W+/g, '-')}-${way}.log`), parts.join('\n'));
    await endOwned();
    await scene.dispose();
    model.close();
    home.remove();
  }
}
