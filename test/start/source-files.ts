import { readdirSync } from 'node:fs';
import path from 'node:path';

/** What the language services of a plain VS Code look at. */
const sources = /\.(ts|tsx|js|jsx|mjs|cjs|css|scss|less|html|json|md)$/;
const skipped = /^(\..*|node_modules|dist|out|build|target|vendor)$/;
/** A folder of a person can be a whole disk. */
const mostFolders = 500;

/** The first `count` source files below `folder`, nearest first, as absolute paths. */
export function sourceFilesIn(folder: string, count: number): readonly string[] {
  const found: string[] = [];
  const folders = [folder];
  for (let index = 0; index < Math.min(folders.length, mostFolders) && found.length < count; index += 1) {
    const current = folders[index] ?? folder;
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      if (skipped.test(entry.name)) continue;
      const file = path.join(current, entry.name);
      if (entry.isDirectory()) folders.push(file);
      else if (entry.isFile() && sources.test(entry.name)) found.push(file);
    }
  }
  return found.slice(0, count);
}
