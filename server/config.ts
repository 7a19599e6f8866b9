import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, messageOf } from '../shared/errors.ts';
import { stateFiles } from '../shared/state-files.ts';
import { reasonOf, upstreamKeys, upstreamsSchema } from '../shared/upstream-config.ts';
import { stalePolicies } from './agent/legacy/stale-policy.ts';

/** Each section is absent or partial in the file; what is absent has its default. */
const configSchema = z.strictObject({
  sessions: z.strictObject({ onStale: z.enum(stalePolicies).default('heal') }).prefault({}),
  /** Other MCP servers, by the name that stands in front of their tools. */
  upstreams: upstreamsSchema.default({}),
});
/** The bridge's settings. */
type BridgeConfig = z.infer<typeof configSchema>;

interface ReadConfig {
  readonly config: BridgeConfig;
  /** What of the file is not used, and why; one sentence each. */
  readonly problems: readonly string[];
}

const known = leafPaths(configSchema.parse({})).join(', ');

/** Reads `config.json`. It lies in a directory that only its owner can enter, so its own mode does not matter. */
export function readConfig(stateDir: string): ReadConfig {
  const path = join(stateDir, stateFiles.config);
  try {
    const { config, problems } = parseConfig(readFileSync(path, 'utf8'));
    return { config, problems: problems.map((problem) => `${path}: ${problem}`) };
  } catch (error) {
    const problems = errorCode(error) === 'ENOENT' ? [] : [`${path} cannot be read: ${messageOf(error)}`];
    return { config: configSchema.parse({}), problems };
  }
}

/** What is wrong is left out and named: one bad setting must not keep every window from its bridge. */
export function parseConfig(text: string): ReadConfig {
  let value: unknown;
  try {
    // Some editors begin a file with a mark of its encoding.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return {
      config: configSchema.parse({}),
      problems: [`this is not JSON (${messageOf(error)}); nothing of it is used`],
    };
  }
  const problems: string[] = [];
  for (;;) {
    const { data, error } = configSchema.safeParse(value);
    if (data !== undefined) return { config: data, problems };
    for (const issue of error.issues) {
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const whole of paths) {
        const isUnknown = issue.code === 'unrecognized_keys';
        const [section, server, ...ofServer] = whole;
        const isOfServer = section === 'upstreams' && ofServer.length > 0;
        const name = whole.length === 0 ? 'the file' : `"${whole.join('.')}"`;
        const accepted = isOfServer ? upstreamKeys.join(', ') : known;
        const why = isUnknown ? `is no setting (known: ${accepted})` : `is wrong: ${reasonOf(issue)}`;
        // A server of which something is wrong is none: it goes as a whole.
        const goes = isOfServer && !isUnknown ? `the server "${String(server)}"` : 'it';
        problems.push(`${name} ${why}; ${goes} is not used`);
        value = without(value, section === 'upstreams' && !isUnknown ? whole.slice(0, 2) : whole);
      }
    }
  }
}

/** The value without what is at the path; an empty object for all of it. */
function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== String(key)));
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, name === String(key) ? without(inner, rest) : inner]),
  );
}

function leafPaths(value: object, before = ''): readonly string[] {
  const entries: [string, unknown][] = Object.entries(value);
  return entries.flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0
      ? leafPaths(inner, `${before}${key}.`)
      : [`${before}${key}`],
  );
}
