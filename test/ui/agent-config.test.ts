import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { pick, readClipboard, statusItem } from '../host/workbench.ts';

const configOf = <T>(holdfast: z.ZodType<T>) => z.object({ servers: z.object({ holdfast }) });
const httpConfig = configOf(
  z.object({ type: z.literal('http'), url: z.url(), headers: z.record(z.string(), z.string()) }),
);
const stdioConfig = configOf(z.object({ type: z.literal('stdio'), command: z.string(), args: z.array(z.string()) }));

describe('a copied agent configuration', () => {
  let stage: Stage;
  let page: Page;

  before(async () => {
    stage = await Stage.open();
    page = await stage.linkedWindow(stage.scratch.sample('greeter'));
  });
  after(() => stage?.close());

  async function copied(label: string, mark: string): Promise<unknown> {
    await statusItem(page).click();
    await pick(page, 'Copy Agent Configuration');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Claude Code (stdio)' }).waitFor();
    await stage.screenshot(page, 'agent-configuration');
    await pick(page, label);
    const text = await until('the clipboard holds it', 10_000, async () => {
      const held = await readClipboard(page);
      return held.includes(mark) && held;
    });
    return JSON.parse(text);
  }

  async function listsWindows(transport: Transport): Promise<void> {
    const client = new Client({ name: 'configured-agent', version: '1.0.0' });
    try {
      await client.connect(transport);
      const { structuredContent } = await client.callTool({ name: 'list_windows', arguments: {} });
      const { windows } = z.object({ windows: z.array(z.object({ name: z.string() })) }).parse(structuredContent);
      assert.deepEqual(
        windows.map(({ name }) => name),
        ['greeter'],
      );
    } finally {
      await client.close();
    }
  }

  it('lands in the clipboard from the status bar’s menu, and connects', async () => {
    const { url, headers } = httpConfig.parse(await copied('VS Code (HTTP)', '"http"')).servers.holdfast;
    await listsWindows(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  });

  it('that runs the shim holds no token, and connects', async () => {
    const { command, args } = stdioConfig.parse(await copied('VS Code (stdio)', '"stdio"')).servers.holdfast;
    await listsWindows(new StdioClientTransport({ command, args, env: getDefaultEnvironment() }));
  });
});
