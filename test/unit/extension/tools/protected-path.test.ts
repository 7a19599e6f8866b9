import assert from 'node:assert/strict';
import { protectedBelow, protectedPart } from '../../../../extension/tools/support/protected-path.ts';

describe('protected paths', () => {
  const guarded: Record<string, string> = {
    '.vscode/settings.json': '.vscode',
    '.vscode': '.vscode',
    'packages/a/.vscode/tasks.json': 'packages/a/.vscode',
    'app.code-workspace': 'app.code-workspace',
    '.git/config': '.git',
    'vendor/lib/.git': 'vendor/lib/.git',
    '.gitmodules': '.gitmodules',
    'mcp.json': 'mcp.json',
    '.mcp.json': '.mcp.json',
    '.claude/settings.json': '.claude',
    '.cursor/mcp.json': '.cursor',
    '.codex/config.toml': '.codex',
    '.gemini/settings.json': '.gemini',
    'opencode.json': 'opencode.json',
    '.env': '.env',
    '.env.production': '.env.production',
    '.envrc': '.envrc',
    '.devcontainer/Dockerfile': '.devcontainer',
    '.devcontainer.json': '.devcontainer.json',
    '.husky/pre-commit': '.husky',
    '.pre-commit-config.yaml': '.pre-commit-config.yaml',
    '.VSCODE/settings.json': '.VSCODE',
    '.Git/hooks/x': '.Git',
    '.git./config': '.git.',
    '.git /config': '.git ',
    '.git::$INDEX_ALLOCATION/config': '.git::$INDEX_ALLOCATION',
    '.env:stream': '.env:stream',
    '.g\u200cit/config': '.g\u200cit',
    '\uff0egit/config': '\uff0egit',
    '.vscode\\settings.json': '.vscode',
    './/.vscode//settings.json': '.vscode',
    '.github/hooks/x.json': '.github/hooks',
    '.github/agents/x.agent.md': '.github/agents',
    'evil:.code-workspace': 'evil:.code-workspace',
    'lefthook-local.yaml': 'lefthook-local.yaml',
    '.lefthook-local.toml': '.lefthook-local.toml',
    '.huskyrc.js': '.huskyrc.js',
    '.huskyrc': '.huskyrc',
    '.simple-git-hooks.json': '.simple-git-hooks.json',
    '.hg/hgrc': '.hg',
    '.crush.json': '.crush.json',
    '.factory/settings.json': '.factory',
  };
  for (const [path, part] of Object.entries(guarded)) {
    it(`cover ${JSON.stringify(path)}`, () => assert.equal(protectedPart(path), part));
  }

  for (const path of [
    'src/a.ts',
    'CLAUDE.md',
    'AGENTS.md',
    '.gitignore',
    '.github/workflows/ci.yml',
    'environment.ts',
    'src/env.ts',
    'vscode/settings.json',
    'mcp.json/readme.md',
    'a.code-workspace.md',
    'lefthook.md',
    '.huskyrcs',
  ]) {
    it(`leave ${path} alone`, () => assert.equal(protectedPart(path), undefined));
  }

  const below: readonly (readonly [string, string, string | undefined])[] = [
    ['/home/u/project/.claude', 'settings.json', '.claude'],
    ['/home/u/project/.vscode/', '', '.vscode'],
    ['/home/u/project/.github', 'hooks/x.json', '.github/hooks'],
    ['/home/u/project/.github/hooks', 'x.json', '.github/hooks'],
    ['/home/u/project/.github', 'workflows/ci.yml', undefined],
    ['/home/u/project/.claude/worktrees/fix', 'src/a.ts', undefined],
    ['/home/u/.envs/project', 'src/a.ts', undefined],
    ['/home/u/project', 'packages/.env', 'packages/.env'],
    ['/', 'src/a.ts', undefined],
    ['c:\\project\\.cursor', 'mcp.json', 'mcp.json'],
    ['c:\\project\\.cursor', 'rules', '.cursor'],
  ];
  for (const [root, inside, part] of below) {
    it(`${part === undefined ? 'leave' : 'cover'} ${JSON.stringify(inside)} in a window on ${root}`, () =>
      assert.equal(protectedBelow(root, inside), part));
  }
});
