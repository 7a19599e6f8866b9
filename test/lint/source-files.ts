import { readdirSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Path of a program of the development dependencies. */
export const bin = (name: string): string => path.join(root, 'node_modules/.bin', name);

/** Every TypeScript file that the checks must see, relative to the root, with forward slashes. */
export function sourceFiles(): string[] {
  return ['shared', 'server', 'extension', 'test']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        path.join(folder, name),
      ),
    )
    .map((file) => file.replaceAll('\\', '/'))
    .filter(
      (file) => file.endsWith('.ts') && !/^test\/(samples|lint\/fixtures|host\/vscode)\/|\/node_modules\//.test(file),
    );
}
