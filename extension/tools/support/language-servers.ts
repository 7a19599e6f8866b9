import * as vscode from 'vscode';
import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { SymbolNode } from './symbol-tree.ts';
import { atTheirNames } from './symbol-words.ts';
import { splitLines } from './text-lines.ts';
import { toSymbolNodes } from './to-symbol-node.ts';
import { isTypeScript, typeScriptLoaded } from './typescript-diagnostics.ts';
import { type WaitDeps, waitFor, within } from './wait.ts';

const activationSchema = z.object({
  main: z.string().optional(),
  activationEvents: z.array(z.string()).default([]),
  contributes: z.object({ languages: z.array(z.object({ id: z.string().optional() })).optional() }).default({}),
});

const late = 'the language server has not answered in time';

/**
 * What is known of the language servers of this window. VS Code's commands answer "nothing" both where a server has
 * found nothing and where none has registered yet, so a cold server has to be recognised here.
 */
export class LanguageServers {
  /** Languages that were waited for in vain: nobody provides symbols for them. */
  readonly #mute = new Set<string>();
  /** When a language's server was first there, of the clock. */
  readonly #sinceMs = new Map<string, number>();

  /**
   * The document's symbols, asked for once the language's server is there; undefined when there is none. Servers register
   * all that they can do at once, so after this an empty answer means that there is nothing.
   */
  async symbols(
    document: vscode.TextDocument,
    deps: WaitDeps,
    endMs: number,
  ): Promise<readonly SymbolNode[] | undefined> {
    const { languageId, uri } = document;
    const untilMs = Math.min(endMs, deps.clock.now() + limits.symbolServerMs);
    await this.#activate(languageId, deps, untilMs);
    const waits = !this.#mute.has(languageId) && hasServer(languageId);
    for (;;) {
      const found = await this.#ask(uri, deps, endMs);
      if (found !== undefined) {
        this.#mute.delete(languageId);
        if (!this.#sinceMs.has(languageId)) this.#sinceMs.set(languageId, deps.clock.now());
        return atTheirNames(found, splitLines(document.getText()));
      }
      const leftMs = untilMs - deps.clock.now();
      if (!waits || leftMs <= 0) break;
      await waitFor(deps, Math.min(leftMs, limits.symbolPollMs), () => ({ dispose: () => {} }));
    }
    if (deps.clock.now() < endMs) this.#mute.add(languageId);
    return undefined;
  }

  /** The symbols of a file without waiting for its server; none when there is none. */
  async symbolsOf(uri: vscode.Uri, deps: WaitDeps, endMs: number): Promise<readonly SymbolNode[]> {
    return (await this.#ask(uri, deps, endMs)) ?? [];
  }

  async #ask(uri: vscode.Uri, deps: WaitDeps, endMs: number): Promise<readonly SymbolNode[] | undefined> {
    const found = await within(
      deps,
      Math.max(0, endMs - deps.clock.now()),
      vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', uri),
    );
    return found === undefined ? undefined : toSymbolNodes(found);
  }

  /**
   * Asks a server for something that it may still be gathering, until the answer can be called whole.
   *
   * @param ask must be harmless to repeat
   * @param size of an answer; it grows while a server indexes
   * @returns the last answer, and why it may not be whole
   */
  async settled<T>(
    document: vscode.TextDocument,
    ask: () => PromiseLike<T>,
    size: (answer: T) => number,
    deps: WaitDeps,
    endMs: number,
  ): Promise<{ readonly answer: T | undefined; readonly reason: string | undefined }> {
    const askOnce = () => within(deps, Math.max(0, endMs - deps.clock.now()), ask());
    const loaded = isTypeScript(document) ? await typeScriptLoaded(document.uri, deps, endMs) : undefined;
    if (loaded !== undefined) {
      const answer = await within(deps, Math.max(limits.symbolMarginMs / 2, endMs - deps.clock.now()), ask());
      if (answer === undefined) return { answer, reason: late };
      return { answer, reason: loaded ? undefined : 'the TypeScript project is still loading; call again in a moment' };
    }
    let answer = await askOnce();
    for (;;) {
      if (answer === undefined) return { answer, reason: late };
      const warm =
        deps.clock.now() - (this.#sinceMs.get(document.languageId) ?? deps.clock.now()) >= limits.symbolWarmMs;
      if (warm) return { answer, reason: undefined };
      if (endMs - deps.clock.now() <= limits.symbolSettleMs)
        return { answer, reason: 'the language server has just started and may still be indexing' };
      await waitFor(deps, limits.symbolSettleMs, () => ({ dispose: () => {} }));
      const next = await askOnce();
      if (next !== undefined && size(next) === size(answer)) return { answer: next, reason: undefined };
      answer = next;
    }
  }

  async #activate(languageId: string, deps: WaitDeps, untilMs: number): Promise<void> {
    const waiting = extensionsOf(languageId).filter(({ isActive }) => !isActive);
    if (waiting.length === 0) return;
    // VS Code activates them itself when the document opens; one that fails is no concern of ours.
    await within(
      deps,
      untilMs - deps.clock.now(),
      Promise.allSettled(waiting.map((extension) => extension.activate())),
    );
  }
}

/** Extensions that VS Code activates for a language: by name, or because they bring the language and have code. */
function extensionsOf(languageId: string): vscode.Extension<unknown>[] {
  return vscode.extensions.all.filter(({ packageJSON }) => {
    const manifest = activationSchema.safeParse(packageJSON).data;
    if (manifest?.main === undefined) return false;
    const brings = manifest.contributes.languages?.some(({ id }) => id === languageId) === true;
    return brings || manifest.activationEvents.includes(`onLanguage:${languageId}`);
  });
}

/** Whether an extension has code for a language: perhaps a server. */
export function hasServer(languageId: string): boolean {
  return extensionsOf(languageId).length > 0;
}
