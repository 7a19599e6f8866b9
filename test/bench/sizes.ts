import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = path.resolve(import.meta.dirname, '../../dist');

export interface BundleSize {
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Of what has been built; the bridge's bundle always has. */
export function bundleSizes(): readonly BundleSize[] {
  return ['holdfast.cjs', 'extension.cjs', 'uninstall.cjs', 'holdfast.vsix']
    .filter((file) => existsSync(path.join(dist, file)))
    .map((file) => {
      const content = readFileSync(path.join(dist, file));
      return { file, bytes: content.length, gzipBytes: gzipSync(content).length };
    });
}

export interface ListSize {
  readonly tools: number;
  readonly bytes: number;
  /** Rough: a quarter of the characters. */
  readonly tokens: number;
}

/** Of the serialised result of `tools/list`. */
export function listSize(json: string): ListSize {
  return { tools: JSON.parse(json).tools.length, bytes: Buffer.byteLength(json), tokens: Math.round(json.length / 4) };
}
