import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { bin, root, sourceFiles } from './source-files.ts';

const reportSchema = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({
      /** Missing for a directive that silences nothing. */
      code: z.string().default('oxlint(unused-directive)'),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
});

function oxlint(cwd: string): z.infer<typeof reportSchema> {
  const { stdout, stderr } = spawnSync(bin('oxlint'), ['--format', 'json'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.match(stdout, /^\{/, `oxlint reported nothing readable: ${stdout.slice(0, 2_000)}${stderr}`);
  return reportSchema.parse(JSON.parse(stdout));
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1);

/** What the fixtures say of themselves: a line with `// bad: rule` is reported under that rule, every other line is not. */
function expectedReports(fixtures: string): string[] {
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      readFileSync(path.join(fixtures, name), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const rules = / bad: ([a-z, -]+)$/.exec(line)?.[1]?.split(', ') ?? [];
          return rules.map((rule) => `${name.replaceAll('\\', '/')}:${index + 1} ${rule}`);
        }),
    )
    .sort(compare);
}

describe('lint', () => {
  let tree: string;

  // The fixtures are laid out like the real tree and linted as one, by the real configuration, outside the repository.
  before(() => {
    tree = mkdtempSync(path.join(tmpdir(), 'holdfast-lint-'));
    cpSync(path.join(root, 'test/lint/fixtures'), tree, { recursive: true });
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
      cpSync(path.join(root, file), path.join(tree, file));
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'), 'junction');
    mkdirSync(path.join(tree, 'shared'), { recursive: true });
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, i) => `export const n${i} = ${i};\n`).join('');
    writeFileSync(path.join(tree, 'shared/lines-400.ts'), lines(400));
    writeFileSync(path.join(tree, 'shared/lines-401.ts'), lines(400) + 'export const last = 1; // bad: max-lines\n');
  });

  after(() => rmSync(tree, { recursive: true, force: true }));

  it('reports every deliberately bad line under its rule, and no good one', () => {
    const actual = oxlint(tree).diagnostics.map(
      ({ code, filename, labels }) =>
        `${filename.replaceAll('\\', '/')}:${labels[0]?.span.line} ${/\(([a-z-]+)\)$/.exec(code)?.[1] ?? code}`,
    );
    const expected = expectedReports(tree);
    assert.ok(expected.length > 90, `only ${expected.length} bad lines were found`);
    assert.deepEqual(actual.sort(compare), expected);
  });

  it('has a bad fixture for every rule that the configuration switches on by name', () => {
    const shown = new Set(expectedReports(tree).map((line) => line.split(' ')[1]));
    const config = readFileSync(path.join(root, '.oxlintrc.json'), 'utf8');
    const named = [...config.matchAll(/"(?:\w+\/)?([a-z-]+)": (?:"error"|\[\s*"error")/g)].map(([, rule]) => rule);
    const withoutFixture = named.filter((rule) => rule !== 'correctness' && !shown.has(rule));
    assert.ok(named.length > 20);
    assert.deepEqual(withoutFixture, []);
  });

  it('reads every source file of the real tree', () => {
    const listed = execFileSync(bin('oxlint'), ['--debug', 'files'], { cwd: root, encoding: 'utf8' });
    const seen = listed.replaceAll('\\', '/').split(/\s+/);
    assert.deepEqual(
      sourceFiles().filter((file) => !seen.some((line) => line.endsWith(file))),
      [],
    );
  });
});
