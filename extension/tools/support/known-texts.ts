/** The texts that agents were shown, so that a later call can say what others changed since. */
import { textSha } from './text-sha.ts';

interface KnownText {
  readonly agent: string;
  readonly uri: string;
  readonly version: number;
  readonly sha: string;
  readonly text: string;
}

export class KnownTexts {
  /** Oldest first. */
  #known: readonly KnownText[] = [];
  readonly #maxChars: number;

  constructor(deps: { readonly maxChars: number }) {
    this.#maxChars = deps.maxChars;
  }

  /** Notes that this agent has seen this text. @returns its sha */
  remember(agent: string, uri: string, version: number, text: string): string {
    const entry = { agent, uri, version, sha: textSha(text), text };
    const kept = [
      ...this.#known.filter((other) => !(other.agent === agent && other.uri === uri && other.sha === entry.sha)),
      entry,
    ];
    let chars = kept.reduce((sum, { text: { length } }) => sum + length, 0);
    let drop = 0;
    while (chars > this.#maxChars && drop < kept.length - 1) {
      chars -= kept[drop]?.text.length ?? 0;
      drop += 1;
    }
    this.#known = kept.slice(drop);
    return entry.sha;
  }

  /** What this agent saw last of a document. */
  last(agent: string, uri: string): KnownText | undefined {
    return this.#known.findLast((entry) => entry.agent === agent && entry.uri === uri);
  }

  /** The text that a sha or, without one, a version stood for: as this agent saw it, else as any did. */
  find(
    uri: string,
    base: { readonly agent: string; readonly version?: number | undefined; readonly sha?: string | undefined },
  ): KnownText | undefined {
    const fits = (entry: KnownText) =>
      entry.uri === uri && (base.sha === undefined ? entry.version === base.version : entry.sha === base.sha);
    return (
      this.#known.findLast((entry) => entry.agent === base.agent && fits(entry)) ??
      this.#known.findLast((entry) => fits(entry))
    );
  }
}
