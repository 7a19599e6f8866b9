import { isAbsolute, resolve } from 'node:path';
import type { UpstreamConfig } from '../../shared/upstream-config.ts';

/** `holdfast.upstreams` as one place of VS Code's settings has it. */
export interface ServerSetting {
  /** Who may have written it: the person, or whoever made the workspace. */
  readonly scope: 'user' | 'workspace';
  /** The place in words. */
  readonly where: string;
  /** URI of the file; absent for the person's own settings. */
  readonly file?: string;
  /** What relative folders begin at: an absolute path, if there is any folder. */
  readonly folder: string | undefined;
  readonly value: unknown;
}

/**
 * The server with its folder. What a workspace wants to run means something else in another folder, so its folder is part of
 * what is asked about; a command of the person's own is the same server in every window.
 */
export function withFolder(config: UpstreamConfig, { scope, folder }: Omit<ServerSetting, 'value'>): UpstreamConfig {
  const { command, cwd } = config;
  if (command === undefined || folder === undefined || (scope === 'user' && cwd === undefined)) return config;
  if (cwd !== undefined && isAbsolute(cwd)) return config;
  return { ...config, cwd: resolve(folder, cwd ?? '.') };
}

type Filled =
  | { readonly kind: 'filled'; readonly config: UpstreamConfig }
  /** The first name that the environment does not have. */
  | { readonly kind: 'missing'; readonly variable: string };

/** Puts the environment's values in the place of `${env:NAME}` in arguments, environment and headers. */
export function fillIn(config: UpstreamConfig, env: (name: string) => string | undefined): Filled {
  const missing: string[] = [];
  const fill = (text: string): string =>
    text.replaceAll(/\$\{env:([^}]*)\}/g, (_whole, name: string) => {
      const value = env(name);
      if (value === undefined) missing.push(name);
      return value ?? '';
    });
  const fillAll = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fill(value)]));
  const filled = {
    ...config,
    args: config.args.map(fill),
    env: fillAll(config.env),
    headers: fillAll(config.headers),
  };
  const [variable] = missing;
  return variable === undefined ? { kind: 'filled', config: filled } : { kind: 'missing', variable };
}
