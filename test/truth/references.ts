/** Where a module's `flow` is used, read from the disk alone. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { textOnDisk } from './truth.ts';

/** `line:column` of each place, by file. */
export type References = ReadonlyMap<string, readonly string[]>;

export function symbolOf(file: string): string {
  return `flow${/module(\d+)/.exec(file)?.[1] ?? ''}`;
}

/** @param unsaved texts of the editor that are not on the disk, by file */
export function referencesOnDisk(dir: string, declaredIn: string, unsaved: ReadonlyMap<string, string>): References {
  const name = symbolOf(declaredIn);
  const found = new Map<string, readonly string[]>();
  for (const file of readdirSync(path.join(dir, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const relative = path.posix.join('src', file.split(path.sep).join('/'));
    const text = unsaved.get(relative) ?? textOnDisk(dir, relative) ?? '';
    if (relative !== declaredIn && importOf(name, text, relative) !== declaredIn) continue;
    const places = placesOf(name, text);
    if (places.length > 0) found.set(relative, places);
  }
  return found;
}

function importOf(name: string, text: string, from: string): string | undefined {
  const specifier = new RegExp(`import \\{ ${name} \\} from '([^']+)'`).exec(text)?.[1];
  return specifier === undefined ? undefined : `${path.posix.join(path.posix.dirname(from), specifier)}.ts`;
}

function placesOf(name: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, at) =>
      [...line.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].map(({ index }) => `${at + 1}:${index + 1}`),
    );
}
