import type { Place } from './agent.ts';

export function required({ installation }: Place, name: string, ...parts: readonly string[]): string {
  const file = installation.file(name, ...parts);
  if (file === undefined) throw new Error(`npm has no ${name} with ${parts.join('/')} for this machine`);
  return file;
}
