/** The parts of `npm test`, in their order. */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runConformance } from '../conformance/conformance.ts';
import { type EditorSet, editorSets, testFilesOf } from '../host/bundle.ts';
import { findChromium } from '../host/chromium.ts';
import { runEditorSet } from '../host/editor-suite.ts';
import { runDesktopSet } from '../host/electron.ts';
import { setUpOldestHost } from '../host/oldest.ts';
import { outDir, repoRoot } from '../host/paths.ts';
import { type HostInstallation, setUpHost } from '../host/setup.ts';
import { buildVsix, builtVsix } from '../host/vsix.ts';
import { runCommand } from './command.ts';
import { failure, type Results } from './results.ts';

interface RunOptions {
  readonly grep: string | undefined;
  readonly print: (line: string) => void;
}

export interface Part {
  readonly name: string;
  /** Runs only when it is named. */
  readonly onRequest?: true;
  run(options: RunOptions): Promise<Results>;
}

const minute = 60_000;

/** A check that says yes or no, shown only when it fails. */
function check(name: string, script: string): Part {
  return {
    name,
    async run({ print }) {
      const { code, output } = await runCommand(['npm', 'run', '--silent', script], {
        capture: true,
        limitMs: 5 * minute,
      });
      if (code === 0) return { passed: 1, failed: 0, failures: [] };
      print(output.trimEnd());
      return failure(name, `npm run ${script} ended with ${code}`);
    },
  };
}

interface MochaPart {
  /** Folder below `test/`. */
  readonly folder: string;
  readonly name?: string;
  /** Mocha's limit for one test. */
  readonly testMs: number;
  readonly limitMs: number;
  /** Files that run at once, each in a process of its own; one after the other when left out. */
  readonly jobs?: number;
  /** What has to be there before mocha's clock runs. */
  readonly prepare?: (print: RunOptions['print']) => Promise<void>;
}

/** Test files on plain Node. */
function mocha({ folder, name = folder, testMs, limitMs, jobs = 1, prepare }: MochaPart): Part {
  const resultsFile = path.join(outDir, `results/${name}.json`);
  const fixed = [
    process.execPath,
    // Not bin/mocha.js: that starts another process for --import, and a signal would reach only the first.
    '--import',
    'tsx',
    realpathSync(path.join(repoRoot, 'node_modules/mocha/lib/cli/cli.js')),
    `test/${folder}/**/*.test.ts`,
    '--timeout',
    String(testMs),
    '--reporter',
    path.join(repoRoot, 'test/run/results-reporter.ts'),
    '--reporter-option',
    `output=${resultsFile}`,
    // Node 20 has no end by itself where a request of a killed process was never accounted for: it spins in its cleanup.
    ...(folder === 'faults' ? ['--exit'] : []),
    ...(jobs > 1 ? ['--parallel', '--jobs', String(jobs)] : []),
  ];
  return {
    name,
    async run({ grep, print }) {
      await prepare?.(print);
      mkdirSync(path.dirname(resultsFile), { recursive: true });
      rmSync(resultsFile, { force: true });
      const { code } = await runCommand([...fixed, ...(grep === undefined ? [] : ['--grep', grep])], {
        capture: false,
        limitMs,
      });
      if (!existsSync(resultsFile)) return failure(name, `mocha ended with ${code} and wrote no results`);
      const results: Results = JSON.parse(readFileSync(resultsFile, 'utf8'));
      if (results.passed + results.failed === 0 && grep === undefined) return failure(name, 'no test ran');
      return code !== 0 && results.failed === 0
        ? failure(name, `mocha ended with ${code} although no test failed`)
        : results;
    },
  };
}

function build(): Part {
  return {
    name: 'package',
    async run({ print }) {
      const { file, bytes } = await buildVsix();
      print(`${path.relative(repoRoot, file)}: ${Math.round(bytes / 1024)} KB`);
      return { passed: 1, failed: 0, failures: [] };
    },
  };
}

type RunSet = (set: EditorSet, options: RunOptions & { readonly name: string }) => Promise<Results>;

/** The trusted set always runs, and fails when it has no tests. */
function editorParts(prefix: string, runSet: RunSet): Part[] {
  return editorSets
    .filter((set) => set === 'trusted' || testFilesOf(set).length > 0)
    .map((set) => {
      const name = `${prefix}-${set}`;
      return { name, run: (options) => runSet(set, { name, ...options }) };
    });
}

/** On a VS Code from the npm registry. */
function onHost(setUp: (print: RunOptions['print']) => Promise<HostInstallation>): RunSet {
  return async (set, options) => {
    const installation = await setUp(options.print);
    options.print(`VS Code ${installation.version}`);
    return runEditorSet(set, { ...options, installation, chromium: findChromium(options.print), vsix: builtVsix() });
  };
}

const onDesktop: RunSet = (set, options) => runDesktopSet(set, { ...options, vsix: builtVsix() });

function onRequest(parts: readonly Part[]): Part[] {
  return parts.map((part) => ({ ...part, onRequest: true }));
}

/** Gets what the UI tests need before mocha's clock runs. */
async function prepareHost(print: RunOptions['print']): Promise<void> {
  await setUpHost(print);
  findChromium(print);
}

export function allParts(): readonly Part[] {
  return [
    check('format', 'format:check'),
    check('lint', 'lint'),
    check('types', 'typecheck'),
    check('dead-code', 'dead-code'),
    mocha({ folder: 'lint', name: 'rules', testMs: minute, limitMs: 3 * minute }),
    mocha({ folder: 'unit', testMs: 2_000, limitMs: 5 * minute }),
    mocha({ folder: 'contract', testMs: 10_000, limitMs: 5 * minute }),
    build(),
    // Most of their time is waiting for processes to start.
    mocha({ folder: 'bridge', testMs: 30_000, limitMs: 10 * minute, jobs: 2 }),
    mocha({ folder: 'bench', testMs: 2 * minute, limitMs: 5 * minute }),
    mocha({ folder: 'fuzz', testMs: 2 * minute, limitMs: 5 * minute, jobs: 2 }),
    { name: 'conformance', run: ({ print }) => runConformance(print) },
    ...(hasTests('faults') ? [mocha({ folder: 'faults', testMs: 5 * minute, limitMs: 15 * minute, jobs: 2 })] : []),
    ...editorParts('editor', onHost(setUpHost)),
    mocha({ folder: 'ui', testMs: 3 * minute, limitMs: 15 * minute, prepare: prepareHost }),
    mocha({ folder: 'truth', testMs: 4 * minute, limitMs: 12 * minute, prepare: prepareHost }),
    ...onRequest(editorParts('oldest', onHost(setUpOldestHost))),
    ...onRequest(editorParts('electron', onDesktop)),
  ];
}

function hasTests(folder: string): boolean {
  const dir = path.join(repoRoot, 'test', folder);
  return (
    existsSync(dir) && readdirSync(dir, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.test.ts'))
  );
}
