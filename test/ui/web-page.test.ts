import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { openBrowser } from '../host/browser.ts';
import { findChromium } from '../host/chromium.ts';
import { Cleanup } from '../host/cleanup.ts';
import { BridgeProcess } from '../support/bridge-process.ts';

/** A web page that the person happens to have open: it may reach loopback ports, and nothing more. */
describe('a web page in the browser', () => {
  const cleanup = new Cleanup();
  let page: Page;
  let bridge: BridgeProcess;

  before(async () => {
    bridge = await BridgeProcess.start();
    cleanup.add(() => bridge.dispose());
    const site = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>A page</title>');
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    cleanup.add(() => {
      site.close();
      site.closeAllConnections();
    });
    const browser = await openBrowser(findChromium(console.log));
    cleanup.add(() => browser.close());
    page = await browser.context.newPage();
    const address = site.address();
    assert.ok(typeof address === 'object' && address !== null);
    await page.goto(`http://127.0.0.1:${address.port}/`);
  });
  after(() => cleanup.run());

  it('cannot open the editor link', async () => {
    const url = `ws://127.0.0.1:${bridge.port}/editor`;
    assert.deepEqual(await openWebSocket(page, url), 'refused');
  });

  it('can open a WebSocket to a server that lets it, so that the refusal is the bridge’s own', async () => {
    const { WebSocketServer } = await import('ws');
    const open = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(open, 'listening');
    const address = open.address();
    assert.ok(typeof address === 'object' && address !== null);
    try {
      assert.equal(await openWebSocket(page, `ws://127.0.0.1:${address.port}/editor`), 'open');
    } finally {
      for (const client of open.clients) client.terminate();
      open.close();
    }
  });

  it('cannot call a tool or read an answer, even with the token', async () => {
    const outcome = await page.evaluate(
      async ([url, bearer]) => {
        const request = {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            authorization: `Bearer ${bearer}`,
          },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
        };
        try {
          return `answered ${(await fetch(url, request)).status}`;
        } catch {
          // What fetch throws when the preflight or the answer lacks the page's origin.
          return 'refused';
        }
      },
      [bridge.url, bridge.token] as const,
    );
    assert.equal(outcome, 'refused');
  });

  it('cannot send even a request that needs no preflight', async () => {
    const sent = page.waitForResponse(bridge.url);
    await page.evaluate(
      (url) => fetch(url, { method: 'POST', mode: 'no-cors', body: '{}' }).then(() => undefined),
      bridge.url,
    );
    assert.equal((await sent).status(), 403);
  });
});

function openWebSocket(page: Page, url: string): Promise<string> {
  return page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(address, 'holdfast.1');
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      }),
    url,
  );
}
