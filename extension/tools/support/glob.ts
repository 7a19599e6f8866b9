/** Globs over paths as answers show them, or over absolute ones: `*`, `**`, `?`, `{a,b}`; a leading `!` leaves out. */

function toRegExp(glob: string): RegExp {
  let depth = 0;
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|\{|\}|,|[.+^$()|[\]\\]/g, (token) => {
    switch (token) {
      case '**/':
        return '(?:.*/)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      case '{':
        depth += 1;
        return '(?:';
      case '}':
        if (depth === 0) return '\\}';
        depth -= 1;
        return ')';
      case ',':
        return depth > 0 ? '|' : ',';
      default:
        return `\\${token}`;
    }
  });
  // A brace that never closes is an ordinary character.
  return depth === 0 ? new RegExp(`^${source}$`) : new RegExp(`^${glob.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`);
}

/** Windows may write the drive in either case. */
const unified = (path: string) => path.replaceAll('\\', '/').replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
const isAbsolute = (glob: string) => /^(?:\/|[a-z]:)/.test(glob);

/**
 * Whether a path, or its absolute form, is wanted: it fits one of the globs, or there are only globs that leave out, and
 * none of those fits. A glob without wildcards also means everything below that folder.
 */
export function pathFilter(globs: readonly string[] | undefined): (path: string, absolute?: string) => boolean {
  if (globs === undefined || globs.length === 0) return () => true;
  const compile = (glob: string) => {
    const plain = unified(glob).replace(/^\.\//, '').replace(/\/$/, '');
    const patterns = /[*?{]/.test(plain) ? [toRegExp(plain)] : [toRegExp(plain), toRegExp(`${plain}/**`)];
    return patterns.map((pattern) => ({ pattern, absolute: isAbsolute(plain) }));
  };
  const wanted = globs.filter((glob) => !glob.startsWith('!')).flatMap(compile);
  const unwanted = globs.filter((glob) => glob.startsWith('!')).flatMap((glob) => compile(glob.slice(1)));
  return (path, absolute = path) => {
    const [shown, whole] = [unified(path), unified(absolute)];
    const fits = (each: (typeof wanted)[number]) => each.pattern.test(each.absolute ? whole : shown);
    return (wanted.length === 0 || wanted.some(fits)) && !unwanted.some(fits);
  };
}
