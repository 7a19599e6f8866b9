/** From what an agent calls a document to its URI, and back. */
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import * as vscode from 'vscode';
import { HoldfastError, messageOf } from '../../../shared/errors.ts';
import { protectedPart } from './protected-path.ts';
import { type PlaceOfFolder, protectedPlace } from './protected-place.ts';
import { realPath, relativeInside } from './real-path.ts';
import { placesIn } from './relative-place.ts';

export interface Target {
  readonly uri: vscode.Uri;
  /** How answers name it; usable as input. */
  readonly shown: string;
  /** The part of the path that makes it protected, as written or as resolved. */
  readonly protectedPart: string | undefined;
}

/** Documents that belong to the person's profile, not to the workspace. */
const privateSchemes: ReadonlySet<string> = new Set(['vscode-userdata', 'vscode-settings']);

/**
 * What we show the person to decide on: no agent may change it while they look, or learn the key in its URI, which decides.
 */
const isOurs = ({ scheme }: vscode.Uri): boolean => scheme.startsWith('holdfast-');

/** How answers name a document: relative to its folder, led by the folder's name when there are several. */
export function shownPath(uri: vscode.Uri): string {
  if (isOurs(uri)) return uri.with({ authority: '' }).toString(true);
  if (vscode.workspace.getWorkspaceFolder(uri) !== undefined) return vscode.workspace.asRelativePath(uri);
  return uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
}

export function openDocumentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  const wanted = uri.toString();
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === wanted && !document.isClosed);
}

/**
 * Finds the document that an agent means.
 *
 * @throws HoldfastError `outside_workspace` (roots listed), `not_found` for a URI that is not open, `invalid_input`
 * when several folders hold the path
 */
export async function resolveTarget(input: string): Promise<Target> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(input)?.[1]?.toLowerCase();
  if (scheme === 'file') return resolvePath(vscode.Uri.parse(input).fsPath);
  if (scheme !== undefined) {
    const open = vscode.workspace.textDocuments.find(
      ({ uri }) => uri.toString() === input || uri.toString(true) === input,
    );
    if (open !== undefined) return resolveOpenDocument(open.uri);
  }
  if (scheme === 'untitled') {
    const untitled = vscode.workspace.textDocuments
      .filter(({ uri }) => uri.scheme === 'untitled')
      .map(({ uri }) => uri.toString(true));
    throw new HoldfastError('not_found', `There is no document ${input}.`, {
      hint:
        untitled.length === 0 ? 'No untitled document is open.' : `Open untitled documents: ${untitled.join(', ')}.`,
    });
  }
  return resolvePath(input);
}

/**
 * As `resolveTarget`, of a document that is named by its URI, as language servers do.
 *
 * @throws HoldfastError `outside_workspace` also for a URI of another scheme that neither is open nor lies in a folder
 */
export async function resolveUri(uri: vscode.Uri): Promise<Target> {
  const isKnown = openDocumentOf(uri) !== undefined || vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  if (uri.scheme !== 'file' && !isKnown) throw outside(shownPath(uri));
  return resolveOpenDocument(uri);
}

async function resolveOpenDocument(uri: vscode.Uri): Promise<Target> {
  if (uri.scheme === 'file') return resolvePath(uri.fsPath);
  if (isOurs(uri) || privateSchemes.has(uri.scheme)) throw outside(shownPath(uri));
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  // An untitled document can carry the path at which it will be saved.
  return {
    uri,
    shown: shownPath(uri),
    protectedPart: protectedPart(folder === undefined ? uri.path : vscode.workspace.asRelativePath(uri, false)),
  };
}

async function resolvePath(input: string): Promise<Target> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new HoldfastError('outside_workspace', 'This window has no folder open, so there is no path in it.', {
      hint: 'Open a folder in VS Code, or use the URI of an open untitled document (get_editor_context lists them).',
    });
  }
  const virtual = folders.find((folder) => folder.uri.scheme !== 'file');
  if (virtual !== undefined && !isAbsolute(input)) return resolveVirtual(virtual, input);
  const named = isAbsolute(input) ? resolve(input) : await resolveRelative(folders, input);
  const real = await realPathOf(named, input);
  const local = folders.filter(({ uri }) => uri.scheme === 'file');
  const places: PlaceOfFolder[] = [];
  for (const { uri } of local) places.push({ folder: uri.fsPath, root: await realPathOf(uri.fsPath, input) });
  for (const [index, { root }] of places.entries()) {
    const inside = relativeInside(root, real);
    const folder = local[index];
    if (inside === undefined || folder === undefined) continue;
    const uri = canonicalUri(folder, named, inside);
    return { uri, shown: shownPath(uri), protectedPart: await protectedPlace(places, named, real) };
  }
  throw outside(input);
}

/** The spelling of a document that is already open wins, so that one file does not end in two buffers. */
function canonicalUri(folder: vscode.WorkspaceFolder, named: string, inside: string): vscode.Uri {
  const asNamed = vscode.Uri.file(named);
  const canonical = inside === '' ? folder.uri : vscode.Uri.joinPath(folder.uri, ...inside.split(sep));
  return openDocumentOf(canonical) === undefined && openDocumentOf(asNamed) !== undefined ? asNamed : canonical;
}

async function realPathOf(path: string, input: string): Promise<string> {
  try {
    return await realPath(path);
  } catch (error) {
    throw new HoldfastError('not_found', `${input} cannot be resolved: ${messageOf(error)}`, {
      hint: 'Check the path and its links.',
      cause: error,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    // Whatever stands in the way, the path can't be read there.
    () => false,
  );
}

/** In several folders a relative path is led by the folder's name, as VS Code writes it, or is unique among them. */
async function resolveRelative(folders: readonly vscode.WorkspaceFolder[], input: string): Promise<string> {
  const [only] = folders;
  if (only !== undefined && folders.length === 1) return resolve(only.uri.fsPath, input);
  const { led, all, leadsOut } = placesIn(
    folders.map(({ name, uri }) => ({ name, path: uri.fsPath })),
    input,
  );
  const found: string[] = [];
  for (const place of all) if (await exists(place)) found.push(place);
  if (found.length === 0 && leadsOut) throw outside(input);
  if (found.length === 1) return found[0] ?? input;
  const [first] = led;
  if (found.length === 0 && led.length === 1 && first !== undefined) return first;
  throw new HoldfastError(
    found.length === 0 ? 'not_found' : 'invalid_input',
    `${input} is ${found.length === 0 ? 'in none' : 'in several'} of the window's folders.`,
    {
      hint: `Use one of the absolute paths: ${(found.length === 0 ? all : found).join(', ')}.`,
    },
  );
}

/** Folders that are not on this machine's disk have no links to resolve. */
function resolveVirtual(folder: vscode.WorkspaceFolder, input: string): Target {
  const inside = relativeInside('/', resolve('/', input)) ?? '';
  if (relativeInside('/w', resolve('/w', input)) === undefined) throw outside(input);
  const uri = vscode.Uri.joinPath(folder.uri, inside);
  return { uri, shown: shownPath(uri), protectedPart: protectedPart(inside) };
}

function outside(input: string): HoldfastError {
  const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) =>
    uri.scheme === 'file' ? uri.fsPath : uri.toString(true),
  );
  return new HoldfastError('outside_workspace', `${input} is outside this window's folders.`, {
    hint: roots.length === 0 ? 'This window has no folder open.' : `Use a path inside ${roots.join(' or ')}.`,
  });
}
