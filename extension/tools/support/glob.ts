/** Globs over paths as answers show them: `*`, `**`, `?`, `{a,b}`; a leading `!` leaves out. */

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

/**
 * Whether a path is wanted: it fits one of the globs, or there are only globs that leave out, and none of those fits. A
 * glob without wildcards also means everything below that folder.
 */
export function pathFilter(globs: readonly string[] | undefined): (path: string) => boolean {
  if (globs === undefined || globs.length === 0) return () => true;
  const compile = (glob: string) => {
    const plain = glob.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '');
    return /[*?{]/.test(plain) ? [toRegExp(plain)] : [toRegExp(plain), toRegExp(`${plain}/**`)];
  };
  const wanted = globs.filter((glob) => !glob.startsWith('!')).flatMap(compile);
  const unwanted = globs.filter((glob) => glob.startsWith('!')).flatMap((glob) => compile(glob.slice(1)));
  return (path) => {
    const plain = path.replaceAll('\\', '/');
    return (
      (wanted.length === 0 || wanted.some((each) => each.test(plain))) && !unwanted.some((each) => each.test(plain))
    );
  };
}
