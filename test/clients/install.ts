import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cachedInstall, npm } from '../host/cached-install.ts';

/** The clients as npm installed them, none of whose scripts ran. */
export class Installation {
  readonly #modules: string;

  private constructor(dir: string) {
    this.#modules = path.join(dir, 'node_modules');
  }

  static async setUp(print: (line: string) => void): Promise<Installation> {
    const platform = `${process.platform}-${process.arch}`;
    const dir = await cachedInstall({
      source: new URL('./installed/', import.meta.url),
      name: 'clients',
      platform,
      print,
      install: (work) => npm(work, ['ci', '--ignore-scripts'], print),
    });
    return new Installation(dir);
  }

  /** A file of a package; undefined where npm had no such package for this machine. */
  file(name: string, ...parts: readonly string[]): string | undefined {
    const file = path.join(this.#modules, name, ...parts);
    return existsSync(file) ? file : undefined;
  }

  version(name: string): string {
    const { version } = JSON.parse(readFileSync(path.join(this.#modules, name, 'package.json'), 'utf8'));
    return version;
  }

  /** A Node that is new enough for all clients: pinned where npm has one, else the one that runs us. */
  get node(): string {
    return this.file(`node-${process.platform}-${process.arch}`, 'bin/node') ?? process.execPath;
  }
}
