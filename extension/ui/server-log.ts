import type { Log } from '../../shared/log.ts';
import type { ServerLine } from './server-text.ts';

/** Writes what is wrong with this window's servers into its log, each once for as long as it lasts. */
export class ServerLog {
  readonly #log: Pick<Log, 'warn' | 'info'>;
  #told = new Set<string>();

  constructor(log: Pick<Log, 'warn' | 'info'>) {
    this.#log = log;
  }

  take(lines: readonly ServerLine[]): void {
    const told = new Set<string>();
    for (const { name, kind, text } of lines) {
      const line = `MCP server "${name}": ${text}`;
      if (kind === 'connecting') continue;
      told.add(line);
      if (this.#told.has(line)) continue;
      if (kind === 'problem') this.#log.warn(line);
      else this.#log.info(line);
    }
    this.#told = told;
  }
}
