/** What a person sees and does in a window. */
import type { Dialog, Locator, Page } from 'playwright-core';
import { until } from './deadline.ts';

/** VS Code names an item `<publisher>.<extension>.<item id>`. */
const statusItemId = 'holdfast.holdfast.holdfast.status';
/** The extension starts a few seconds after the workbench; on a busy machine, later. */
const startMs = 60_000;
const tooltipMs = 30_000;

export interface Status {
  readonly text: string;
  /** What a screen reader says. */
  readonly label: string;
  readonly background: 'normal' | 'warning' | 'error';
}

export function statusItem(page: Page): Locator {
  return page.locator(`[id="${statusItemId}"]`);
}

export async function readStatus(page: Page): Promise<Status> {
  const item = statusItem(page);
  const button = item.locator('a').first();
  const [text, label, classes] = await Promise.all([
    item.innerText(),
    button.getAttribute('aria-label'),
    item.getAttribute('class'),
  ]);
  const kinds = ['warning', 'error'] as const;
  const background = kinds.find((kind) => classes?.split(' ').includes(`${kind}-kind`)) ?? 'normal';
  return { text: text.trim(), label: label ?? '', background };
}

/** Resolves with the first status whose text matches. */
export async function waitForStatus(page: Page, text: RegExp, ms = startMs): Promise<Status> {
  await statusItem(page).waitFor({ timeout: startMs });
  return until(
    `status bar ${text}`,
    ms,
    async () => {
      const status = await readStatus(page);
      return text.test(status.text) && status;
    },
    async () => readStatus(page),
  );
}

/** What the tooltip of our item says, once it matches. While others' items come and go, the item moves: it is followed. */
export async function readTooltip(page: Page, text: RegExp): Promise<string> {
  const said = async () => (await page.locator('.monaco-hover:visible').allInnerTexts()).join('\n');
  const look = async () => {
    await statusItem(page).hover();
    const shown = await said();
    return text.test(shown) && shown;
  };
  return until(`a tooltip with ${text}`, tooltipMs, look, said);
}

/**
 * Reloads a window. The new page gets no scripts until `whileGone` is over, which so falls between the old extension host
 * and the new one.
 */
export async function reload(page: Page, whileGone: () => Promise<void>): Promise<void> {
  let release = (): void => {};
  const over = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/*.js', (route) => over.then(() => route.continue()));
  // While something waits to be stored the page asks whether to stay; without an answer it would.
  const leave = (dialog: Dialog): void => void dialog.accept();
  page.on('dialog', leave);
  const reloaded = page.reload();
  await whileGone();
  release();
  await reloaded;
  page.off('dialog', leave);
  await page.unroute('**/*.js');
  await waitForStatus(page, /connected/);
}

/** Ends a page as when its browser is killed: nobody takes leave of the server. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  // A page that is gone cannot answer.
  session.send('Page.crash').catch(() => {});
  await crashed;
}

/** Runs a command by its title, from the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input');
  await input.fill(`>${title}`);
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  await row.waitFor();
  await row.click();
}

/** Picks a row of an open quick pick. */
export async function pick(page: Page, text: string): Promise<void> {
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  await row.waitFor();
  await row.click();
}

/** Opens a workspace file by name, as with Ctrl+P. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget input').fill(name);
  await pick(page, name);
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** The whole text of the output channel that is shown, by selecting and copying it as a person would. */
export async function readOutput(page: Page): Promise<string> {
  const editor = page.locator('.panel .output-view .monaco-editor, .part.panel .monaco-editor').first();
  await editor.waitFor();
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  return readClipboard(page);
}

export function readClipboard(page: Page): Promise<string> {
  return page.evaluate('navigator.clipboard.readText()');
}
