/**
 * `npm run test:clients`: real MCP clients through restarts of the bridge, a new state directory and a reload of the
 * window. `npm run test:clients -- codex opencode` runs some of them; `--way http|shim`; `--write` keeps the table in
 * docs/clients.md.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { outDir } from '../host/paths.ts';
import { endOwned, exitOnSignal } from '../host/processes.ts';
import { tempFolder } from '../host/temp-folder.ts';
import { bridgeBundle } from '../support/bridge-build.ts';
import type { Client, Way } from './agents/agent.ts';
import { claudeCode } from './agents/claude-code.ts';
import { codex } from './agents/codex.ts';
import { copilot } from './agents/copilot.ts';
import { geminiCli } from './agents/gemini-cli.ts';
import { opencode } from './agents/opencode.ts';
import { Installation } from './install.ts';
import { ModelServer } from './model/model-server.ts';
import { enterOwnNetwork } from './own-network.ts';
import { runScenario } from './scenario.ts';
import { Scene } from './scene.ts';

const clients: readonly Client[] = [claudeCode, codex, opencode, geminiCli, copilot];

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
for (const client of clients) {
  if (positionals.length > 0 && !positionals.some((name) => client.name.toLowerCase().includes(name))) continue;
  for (const way of client.ways) {
    if (values.way !== undefined && values.way.toLowerCase() !== way.toLowerCase()) continue;
    await run(client, way);
  }
}
await endOwned();

async function run(client: Client, way: Way): Promise<void> {
  console.log(`── ${client.name} ${installation.version(client.package)} by ${way}`);
  const home = tempFolder();
  const model = await ModelServer.start();
  const scene = await Scene.open();
  let output = '';
  const note = (text: string) => {
    output += text;
  };
  try {
    const agent = await client.open({
      installation,
      way,
      endpoint: scene.endpoint,
      home: home.path,
      folder: scene.folder,
      model,
      note,
    });
    try {
      const result = await runScenario(agent, scene, way);
      console.log(JSON.stringify(result, undefined, 1));
    } finally {
      await agent.close();
    }
  } catch (error) {
    console.log(error);
  } finally {
    const log = path.join(logs, `${client.name.toLowerCase().replaceAll(' ', '-')}-${way}.log`);
    rmSync(log, { force: true });
    writeFileSync(
      log,
      [output, '── model', ...model.log, '── bridge', scene.bridgeLog, '── window', scene.windowLog].join('\n'),
    );
    await endOwned();
    await scene.dispose();
    model.close();
    home.remove();
  }
}
