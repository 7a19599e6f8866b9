import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Who may appear in the list besides the user: the system and the administrators, who can read everything anyway. */
const alwaysAllowed = new Set(['SY', 'BA', 'S-1-5-18', 'S-1-5-32-544', 'OW', 'CO', 'S-1-3-4', 'S-1-3-0']);

/** Cuts inheritance and leaves full control to the current user alone. */
export function restrictWindowsAcl(path: string): void {
  run('icacls', [path, '/inheritance:r', '/grant:r', `*${currentSid()}:(OI)(CI)F`]);
}

/** What is wrong with the access list of `path`, as a sentence that says how to mend it; undefined when nothing is. */
export function checkWindowsAcl(path: string): string | undefined {
  const sid = currentSid();
  const saved = join(tmpdir(), `holdfast-${randomBytes(6).toString('hex')}.acl`);
  try {
    run('icacls', [path, '/save', saved]);
    const strangers = strangersInSddl(readFileSync(saved, 'utf16le'), sid);
    if (strangers.length === 0) return undefined;
    return `${path} is open to ${strangers.join(', ')}. Run: icacls "${path}" /inheritance:r /grant:r "*${sid}:(OI)(CI)F"`;
  } finally {
    rmSync(saved, { force: true });
  }
}

/**
 * Principals that an access list (`icacls /save`, SDDL) allows something, other than the user and the system's own.
 * SDDL, because the names that icacls prints are translated.
 */
export function strangersInSddl(sddl: string, userSid: string): readonly string[] {
  const strangers = new Set<string>();
  for (const [, type, principal] of sddl.matchAll(/\(([A-Z]+);[^;)]*;[^;)]*;[^;)]*;[^;)]*;([^;)]+)[^)]*\)/g)) {
    if (type === 'A' && principal !== undefined && principal !== userSid && !alwaysAllowed.has(principal)) {
      strangers.add(principal);
    }
  }
  return [...strangers];
}

function currentSid(): string {
  const sid = /S-1-[0-9-]+/.exec(run('whoami', ['/user', '/fo', 'csv', '/nh']))?.[0];
  if (sid === undefined) throw new Error('whoami did not tell the user id; Holdfast cannot verify its state directory');
  return sid;
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
}
