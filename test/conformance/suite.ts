/** Runs the official suite against one server and reads what it found. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cachedInstall, npm } from '../host/cached-install.ts';
import { outDir } from '../host/paths.ts';
import { runCommand } from '../run/command.ts';

export interface Suite {
  /** The suite's package. */
  readonly dir: string;
  /** A Node that is new enough for it. */
  readonly node: string;
}

export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly description?: string;
  readonly errorMessage?: string;
}

/** By scenario; one that did not run is absent. */
export type SuiteResults = ReadonlyMap<string, readonly Check[]>;

export interface SuiteTarget {
  readonly url: string;
  readonly token: string;
}

const minute = 60_000;

export async function setUpSuite(node: string, print: (line: string) => void): Promise<Suite> {
  const installed = await cachedInstall({
    source: new URL('./suite/', import.meta.url),
    name: 'conformance',
    print,
    install: (dir) => npm(dir, ['ci', '--ignore-scripts'], print),
  });
  return { dir: path.join(installed, 'node_modules/@modelcontextprotocol/conformance'), node };
}

/** The scenarios that a revision of MCP requires of a server, as the suite itself lists them. */
export function requiredScenarios({ dir }: Suite, revision: string): readonly string[] {
  const yaml = readFileSync(path.join(dir, `requirements/${revision}.yaml`), 'utf8');
  const list = /^server:\n((?: {2}- .*\n)+)/m.exec(yaml)?.[1] ?? '';
  const names = [...list.matchAll(/^ {2}- (\S+)$/gm)].map((match) => match[1] ?? '');
  if (names.length === 0) throw new Error(`the suite's list for ${revision} could not be read`);
  return names;
}

/** @param name of the folder under `out/conformance` that keeps what the suite wrote */
export async function runSuite(
  { dir, node }: Suite,
  { url, token }: SuiteTarget,
  name: string,
  args: readonly string[],
): Promise<SuiteResults> {
  const output = path.join(outDir, 'conformance', name);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const preload = new URL('./preload.ts', import.meta.url);
  const result = await runCommand(
    [
      node,
      // The preload is TypeScript; Node 22 asks for this.
      '--experimental-strip-types',
      '--disable-warning=ExperimentalWarning',
      '--import',
      preload.href,
      path.join(dir, 'dist/index.js'),
      'server',
      '--url',
      url,
      '--output-dir',
      output,
      ...args,
    ],
    {
      capture: true,
      limitMs: 5 * minute,
      env: { HOLDFAST_TEST_ORIGIN: new URL(url).origin, HOLDFAST_TEST_TOKEN: token },
    },
  );
  const results = readResults(output);
  if (results.size === 0) throw new Error(`the suite ended with ${result.code} and ran nothing:\n${result.output}`);
  return results;
}

function readResults(output: string): SuiteResults {
  const results = new Map<string, readonly Check[]>();
  for (const entry of readdirSync(output)) {
    const scenario = /^server-(.+)-\d{4}-\d{2}-\d{2}T/.exec(entry)?.[1];
    const file = path.join(output, entry, 'checks.json');
    if (scenario === undefined || !existsSync(file)) continue;
    const checks: readonly Check[] = JSON.parse(readFileSync(file, 'utf8'));
    results.set(scenario, [...(results.get(scenario) ?? []), ...checks]);
  }
  return results;
}
