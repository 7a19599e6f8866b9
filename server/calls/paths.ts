/**
 * Paths as text, on whatever system the window runs: a window can be on Windows, in WSL or at the other end of SSH, so
 * the bridge's own `node:path` is the wrong judge. Symlinks are resolved by the window, which has the disk.
 */

/** An absolute path with `/` between its parts, without `.`, `..` and trailing slash; undefined for a relative one. */
export function normalizePath(path: string): string | undefined {
  const drive = /^([A-Za-z]):(?=[\\/]|$)/.exec(path)?.[1];
  const isWindows = drive !== undefined || path.startsWith('\\\\');
  // A backslash is an ordinary character in a POSIX file name.
  const slashed = isWindows ? path.replaceAll('\\', '/') : path;
  const rest = drive === undefined ? slashed : slashed.slice(2);
  if (drive === undefined && !rest.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of rest.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const joined = parts.join('/');
  // Windows itself ignores case.
  if (drive !== undefined) return `${drive}:/${joined}`.toLowerCase();
  return isWindows ? `//${joined}`.toLowerCase() : `/${joined}`;
}

/** Whether normalised `path` is `folder` or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The path of a `file:` URI as the window's system writes it; undefined for any other URI. */
export function fileUriToPath(uri: string): string | undefined {
  // Most of what is asked about is a plain path, and a URL that does not parse costs more than the rest of a call.
  if (!/^file:/i.test(uri)) return undefined;
  let url: URL;
  let path: string;
  try {
    url = new URL(uri);
    path = decodeURIComponent(url.pathname);
  } catch {
    // Not a URI, or one with broken escapes: it names no folder.
    return undefined;
  }
  if (url.hostname !== '') return `\\\\${url.hostname}${path.replaceAll('/', '\\')}`;
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}
