import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { pick, readClipboard, statusItem } from '../host/workbench.ts';

const vscodeConfig = z.object({
  servers: z.object({
    holdfast: z.object({ type: z.literal('http'), url: z.url(), headers: z.record(z.string(), z.string()) }),
  }),
});

describe('a copied agent configuration', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage?.close());

  it('lands in the clipboard from the status bar’s menu, and connects', async () => {
    const page = await stage.linkedWindow(stage.scratch.sample('greeter'));
    await statusItem(page).click();
    await pick(page, 'Copy Agent Configuration');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Claude Code' }).waitFor();
    await stage.screenshot(page, 'agent-configuration');
    await pick(page, 'VS Code (HTTP)');
    const copied = await until('the clipboard holds it', 10_000, async () => {
      const text = await readClipboard(page);
      return text.includes('servers') && text;
    });
    const { url, headers } = vscodeConfig.parse(JSON.parse(copied)).servers.holdfast;

    const client = new Client({ name: 'configured-agent', version: '1.0.0' });
    try {
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
      const { tools } = await client.listTools();
      assert.ok(tools.some((tool) => tool.name === 'list_windows'));
    } finally {
      await client.close();
    }
  });
});
