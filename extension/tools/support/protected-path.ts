/**
 * Paths that steer editors, agents, git or secrets: an agent that could write them could grant itself more than it was
 * given. Instructions for agents (CLAUDE.md, AGENTS.md) are ordinary documents: they are prose that the person reviews
 * like code.
 */

/** Everything below a folder of one of these names, and a file of that name. */
const folders = new Set([
  '.vscode',
  '.git',
  '.devcontainer',
  '.husky',
  '.githooks',
  '.hg',
  '.holdfast',
  '.agents',
  '.aider',
  '.amazonq',
  '.amp',
  '.augment',
  '.claude',
  '.cline',
  '.codex',
  '.continue',
  '.copilot',
  '.crush',
  '.cursor',
  '.factory',
  '.gemini',
  '.idea',
  '.junie',
  '.kilocode',
  '.kiro',
  '.opencode',
  '.qwen',
  '.roo',
  '.trae',
  '.windsurf',
  '.zed',
]);

const files = new Set([
  'mcp.json',
  '.mcp.json',
  'mcp_config.json',
  '.claude.json',
  'opencode.json',
  'opencode.jsonc',
  '.opencode.json',
  '.aider.conf.yml',
  'crush.json',
  '.crush.json',
  '.devcontainer.json',
  'devcontainer.json',
  '.gitmodules',
  '.gitattributes',
  '.gitconfig',
  '.pre-commit-config.yaml',
  '.pre-commit-config.yml',
]);

const patterns: readonly RegExp[] = [
  /^\.env/,
  /\.code-workspace$/,
  /^\.?lefthook(-local)?\.(ya?ml|toml|json)$/,
  /^(\.huskyrc|husky\.config)(\.|$)/,
  /^\.?simple-git-hooks\./,
];

/** Folders whose meaning depends on their parent. */
const nested: readonly (readonly [string, string])[] = [
  ['.github', 'agents'],
  ['.github', 'hooks'],
  ['.github', 'mcp'],
];

/**
 * One path segment as the file systems that are lenient about names would take it: case, trailing dots and spaces
 * (Windows), invisible and composed characters (macOS) make no difference. What follows a colon is the name of a stream
 * on Windows and a part of the name elsewhere, so both are looked at.
 */
function canonical(segment: string): readonly string[] {
  const plain = segment
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
  const stream = plain.indexOf(':');
  const names = stream > 0 ? [plain, plain.slice(0, stream)] : [plain];
  return names.map((name) => name.replace(/[. ]+$/, '') || plain);
}

/**
 * Why this path is protected, as the part of it that is, or undefined.
 *
 * @param path relative to its workspace folder; `/` or `\` between the segments
 */
export function protectedPart(path: string): string | undefined {
  const written = path.split(/[\\/]+/).filter((segment) => segment !== '' && segment !== '.');
  const segments = written.map(canonical);
  for (const [at, names] of segments.entries()) {
    const isLast = at === segments.length - 1;
    const parents = segments[at - 1] ?? [];
    const hit = names.some(
      (name) =>
        folders.has(name) ||
        patterns.some((pattern) => pattern.test(name)) ||
        (isLast && files.has(name)) ||
        nested.some(([outer, inner]) => parents.includes(outer) && name === inner),
    );
    if (hit) return written.slice(0, at + 1).join('/');
  }
  return undefined;
}

/**
 * As `protectedPart`, below a folder that is open as a whole: its own name counts (a window on `.claude`), where it lies
 * does not (a worktree below `.claude/worktrees`).
 *
 * @param root absolute path of the folder
 * @param inside relative to it
 */
export function protectedBelow(root: string, inside: string): string | undefined {
  const [own = '', parent = ''] = root
    .split(/[\\/]+/)
    .filter(Boolean)
    .reverse();
  const isPair = nested.some(([outer, inner]) => canonical(parent).includes(outer) && canonical(own).includes(inner));
  return protectedPart(inside) ?? (isPair ? `${parent}/${own}` : protectedPart(`${own}/${inside}`));
}
