/** What a relative path may mean in a window with several folders. */
import { resolve } from 'node:path';
import { relativeInside } from './real-path.ts';

interface Folder {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

interface Places {
  /** Where a folder's name leads the path, as VS Code writes it. A name may hold slashes. */
  readonly led: readonly string[];
  /** These, and the path in each of the folders; each place once, and none outside all folders. */
  readonly all: readonly string[];
  /** The path leads out of every folder that it is looked for in, if perhaps into another one. */
  readonly leadsOut: boolean;
}

export function placesIn(folders: readonly Folder[], input: string): Places {
  const plain = input.replaceAll('\\', '/');
  const isInside = (place: string) => folders.some(({ path }) => relativeInside(path, place) !== undefined);
  const led = folders
    .filter(({ name }) => plain === name || plain.startsWith(`${name}/`))
    .map(({ name, path }) => resolve(path, plain.slice(name.length + 1)));
  const inEach = folders.map(({ path }) => resolve(path, input));
  return {
    led: led.filter(isInside),
    all: [...new Set([...led, ...inEach].filter(isInside))],
    leadsOut: inEach.every((place, at) => relativeInside(folders[at]?.path ?? '', place) === undefined),
  };
}
