import type { NodeCommand } from '../../shared/state-files.ts';

export interface LauncherDeps {
  readonly platform: NodeJS.Platform;
  readonly node: NodeCommand;
  readonly bundle: string;
}

/** The `holdfast` command that agents and terminals call: it keeps its path whatever version it runs. */
export function launcherFor({ platform, node, bundle }: LauncherDeps): readonly { name: string; text: string }[] {
  const sh = { name: 'holdfast', text: shell(node, bundle) };
  // On Windows `sh` is what Git Bash runs, and `.cmd` everything else.
  return platform === 'win32' ? [sh, { name: 'holdfast.cmd', text: cmd(node, bundle) }] : [sh];
}

/** A Node that was removed since (by a version manager, by an update of VS Code) is replaced by the one on PATH. */
function shell(node: NodeCommand, bundle: string): string {
  return [
    '#!/bin/sh',
    '# Written by the Holdfast extension; runs the newest bridge that it installed.',
    'unset NODE_OPTIONS',
    `node=${quote(node.path)}`,
    'if [ -x "$node" ]; then',
    ...(node.runAsNode ? ['  export ELECTRON_RUN_AS_NODE=1'] : ['  :']),
    'else',
    '  node=node',
    'fi',
    `exec "$node" ${quote(bundle)} "$@"`,
    '',
  ].join('\n');
}

function cmd(node: NodeCommand, bundle: string): string {
  return [
    '@echo off',
    'rem Written by the Holdfast extension; runs the newest bridge that it installed.',
    'setlocal',
    'set NODE_OPTIONS=',
    `set "HOLDFAST_NODE=${escapePercent(node.path)}"`,
    ...(node.runAsNode ? ['if exist "%HOLDFAST_NODE%" set ELECTRON_RUN_AS_NODE=1'] : []),
    'if not exist "%HOLDFAST_NODE%" set "HOLDFAST_NODE=node"',
    `"%HOLDFAST_NODE%" "${escapePercent(bundle)}" %*`,
    '',
  ].join('\r\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function escapePercent(text: string): string {
  return text.replaceAll('%', '%%');
}
