import { HoldfastError } from '../../shared/errors.ts';
import { fileUriToPath, isWithin, normalizePath } from './paths.ts';

/** A window as agents are told of it. */
interface NamedWindow {
  readonly id: string;
  readonly readiness: 'ready' | 'reconnecting';
  readonly window: { readonly name: string; readonly folders: readonly { readonly path: string }[] };
}

/** What routing needs to know of a window. */
export interface RoutableWindow extends NamedWindow {
  /** Whether its page answers; asked only where several windows could be meant. */
  isPresent(): Promise<boolean>;
}

export interface RouteRequest {
  readonly input: Readonly<Record<string, unknown>>;
  /** The window that the agent's terminal belongs to: advice, not an order. */
  readonly hint: string | undefined;
  /** The agent's own folders. Asked only when nothing stronger decides, since the answer may have to come from the agent. */
  folders(): Promise<readonly string[]>;
}

/**
 * The window for a call: the one named, else the one whose folder holds the path, else the agent's own, else the only
 * one. Of windows of equal claim one whose page is gone gives way; they are never told apart by the order in which they
 * connected: the agent is asked.
 *
 * @throws HoldfastError `unknown_window`, `no_window` or `ambiguous_window`.
 */
export async function route<W extends RoutableWindow>(windows: readonly W[], request: RouteRequest): Promise<W> {
  const { input, hint } = request;
  const named = namedWindow(input);
  if (named !== undefined) return windowById(windows, named);
  const [only] = windows;
  if (only === undefined) throw noWindow();
  if (windows.length === 1) return only;

  const hinted = windows.find(({ id }) => id === hint);
  const holders = holdersOf(windows, pathsIn(input));
  if (holders.length > 0) return pick(holders, hinted, 'Several windows have this path open');
  if (hinted !== undefined && (await hinted.isPresent())) return hinted;
  const folders = await request.folders();
  const own = holdersOf(windows, folders);
  const candidates = own.length > 0 ? own : windowsBelow(windows, folders);
  return pick(candidates.length > 0 ? candidates : windows, undefined, 'Several windows could be meant');
}

/** The id of the window that an input names, which is then the only one for it. */
export function namedWindow(input: RouteRequest['input']): string | undefined {
  const named = input['window'];
  return typeof named === 'string' ? named : undefined;
}

/** @throws HoldfastError `unknown_window`, with the windows that there are. */
export function windowById<W extends NamedWindow>(windows: readonly W[], id: string): W {
  const found = windows.find((window) => window.id === id);
  if (found !== undefined) return found;
  throw new HoldfastError('unknown_window', `There is no window ${JSON.stringify(id)}. ${listed(windows)}`, {
    hint: windows.length === 0 ? noWindowHint : 'Use one of these ids as `window`, or call list_windows.',
  });
}

const noWindowHint =
  'Ask the person to open the folder in VS Code with the Holdfast extension installed (`code <folder>`), then repeat the call.';

function noWindow(): HoldfastError {
  return new HoldfastError('no_window', 'No VS Code window is connected.', { hint: noWindowHint });
}

async function pick<W extends RoutableWindow>(
  candidates: readonly W[],
  hinted: W | undefined,
  problem: string,
): Promise<W> {
  if (candidates.length > 1 && hinted !== undefined && candidates.includes(hinted) && (await hinted.isPresent())) {
    return hinted;
  }
  const [first] = candidates.length === 1 ? candidates : await onlyPresent(candidates);
  if (first !== undefined) return first;
  throw new HoldfastError('ambiguous_window', `${problem}. ${listed(candidates)}`, {
    hint: 'Repeat the call with `window` set to one of these ids.',
  });
}

/** The only one whose page answers; none when there are several, or none. */
async function onlyPresent<W extends RoutableWindow>(windows: readonly W[]): Promise<readonly W[]> {
  const answers = await Promise.all(windows.map((window) => window.isPresent()));
  const present = windows.filter((_window, index) => answers[index]);
  return present.length === 1 ? present : [];
}

function listed(windows: readonly NamedWindow[]): string {
  if (windows.length === 0) return 'No window is connected.';
  const lines = windows.map(({ id, window, readiness }) => {
    const folders = window.folders.map(({ path }) => path).join(', ');
    const away = readiness === 'ready' ? '' : ', reconnecting';
    return `${id} (${window.name}: ${folders === '' ? 'no folder' : folders}${away})`;
  });
  return `Windows: ${lines.join('; ')}.`;
}

/** Every path that an input names, in the shapes that tools use: `path`, `paths` and lists of objects with a `path`. */
function pathsIn(input: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(input).flatMap(([name, value]) => {
    if (typeof value === 'string') return name === 'path' ? [value] : [];
    if (!Array.isArray(value)) return [];
    return value.flatMap((item: unknown) => {
      if (typeof item === 'string') return name === 'paths' ? [item] : [];
      return typeof item === 'object' && item !== null && 'path' in item && typeof item.path === 'string'
        ? [item.path]
        : [];
    });
  });
}

/** The windows whose folders hold the paths. A deeper folder beats its parent; case counts unless nothing fits it. */
function holdersOf<W extends RoutableWindow>(windows: readonly W[], paths: readonly string[]): readonly W[] {
  const holders = new Set<W>();
  for (const path of paths) {
    // Tools take file URIs as well: they show them for what has no workspace path.
    const normal = normalizePath(fileUriToPath(path) ?? path);
    if (normal === undefined) continue;
    const exact = deepest(windows, normal, (text) => text);
    for (const window of exact.length > 0 ? exact : deepest(windows, normal, (text) => text.toLowerCase()))
      holders.add(window);
  }
  return [...holders];
}

function deepest<W extends RoutableWindow>(
  windows: readonly W[],
  path: string,
  fold: (text: string) => string,
): readonly W[] {
  const claims = windows.flatMap((window) =>
    foldersOf(window)
      .filter((folder) => isWithin(fold(folder), fold(path)))
      .map((folder) => ({ window, depth: folder.length })),
  );
  const depth = Math.max(...claims.map((claim) => claim.depth));
  return [...new Set(claims.filter((claim) => claim.depth === depth).map(({ window }) => window))];
}

/** The windows that show a part of the agent's folder: an agent at the root of a repository, a window on one package. */
function windowsBelow<W extends RoutableWindow>(windows: readonly W[], folders: readonly string[]): readonly W[] {
  const roots = folders.flatMap((folder) => normalizePath(folder) ?? []);
  return windows.filter((window) => foldersOf(window).some((folder) => roots.some((root) => isWithin(root, folder))));
}

function foldersOf({ window }: RoutableWindow): readonly string[] {
  return window.folders.flatMap(({ path }) => normalizePath(path) ?? []);
}
