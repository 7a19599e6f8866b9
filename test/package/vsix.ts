/** What a VSIX holds, read from the zip's central directory (PKWARE APPNOTE 4.3.12 and 4.3.16). */
import { readFileSync } from 'node:fs';

interface VsixEntry {
  readonly name: string;
  readonly bytes: number;
}

/** The archive's own frame, plus what a user gets and nothing else. */
export const allowedEntries: readonly string[] = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/changelog.md',
  'extension/readme.md',
  'extension/LICENSE.txt',
  'extension/dist/extension.cjs',
  'extension/dist/holdfast.cjs',
  'extension/dist/uninstall.cjs',
  'extension/media/holdfast.svg',
  'extension/media/icon.png',
  'extension/package.json',
];

export const maxVsixBytes = 500 * 1024;

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

interface Vsix {
  readonly bytes: number;
  readonly entries: readonly VsixEntry[];
}

export function readVsix(file: string): Vsix {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end === -1 || zip.readUInt32LE(end) !== endOfDirectory) throw new Error(`${file} is no zip archive`);
  const entries: VsixEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== directoryEntry) throw new Error(`${file} has a broken directory`);
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      bytes: zip.readUInt32LE(at + 20),
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return { bytes: zip.length, entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** What is wrong with a VSIX, one sentence each; empty when it is right. */
export function vsixFaults({ bytes, entries }: Vsix): string[] {
  const names = entries.map(({ name }) => name);
  return [
    ...names.filter((name) => !allowedEntries.includes(name)).map((name) => `${name} must not be shipped`),
    ...allowedEntries.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...(bytes < maxVsixBytes ? [] : [`${bytes} bytes, allowed are fewer than ${maxVsixBytes}`]),
  ];
}
