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
  '.holdfast',
  '.agents',
  '.aider',
  '.amazonq',
  '.augment',
  '.claude',
  '.cline',
  '.codex',
  '.continue',
  '.copilot',
  '.cursor',
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
  '.devcontainer.json',
  'devcontainer.json',
  '.gitmodules',
  '.gitattributes',
  '.gitconfig',
  '.pre-commit-config.yaml',
  '.pre-commit-config.yml',
  'lefthook.yml',
  'lefthook.yaml',
  'lefthook.toml',
  'lefthook.json',
  '.lefthook.yml',
  '.lefthook.yaml',
  '.lefthook.toml',
  '.lefthook.json',
  '.lefthook-local.yml',
  'lefthook-local.yml',
  '.huskyrc',
  '.huskyrc.json',
]);

const patterns: readonly RegExp[] = [/^\.env/, /\.code-workspace$/];

/** Folders whose meaning depends on their parent. */
const nested: readonly (readonly [string, string])[] = [
  ['.github', 'hooks'],
  ['.github', 'mcp'],
];

/**
 * One path segment as the file systems that are lenient about names would take it: case, trailing dots and spaces and
 * stream names (Windows), invisible and composed characters (macOS) make no difference.
 */
function canonical(segment: string): string {
  const plain = segment
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
  const stream = plain.indexOf(':');
  return (stream > 0 ? plain.slice(0, stream) : plain).replace(/[. ]+$/, '') || plain;
}

/**
 * Why this path is protected, as the part of it that is, or undefined.
 *
 * @param path relative to its workspace folder; `/` or `\` between the segments
 */
export function protectedPart(path: string): string | undefined {
  const written = path.split(/[\\/]+/).filter((segment) => segment !== '' && segment !== '.');
  const segments = written.map(canonical);
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    const parent = segments[at - 1];
    const hit =
      folders.has(segment) ||
      patterns.some((pattern) => pattern.test(segment)) ||
      (isLast && files.has(segment)) ||
      nested.some(([outer, inner]) => parent === outer && segment === inner);
    if (hit) return written.slice(0, at + 1).join('/');
  }
  return undefined;
}
