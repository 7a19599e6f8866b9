import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bin, root, sourceFiles } from './source-files.ts';

describe('the source tree', () => {
  it('is type-checked in every file', () => {
    const listed = execFileSync(bin('tsc'), ['-p', 'tsconfig.json', '--listFilesOnly'], {
      cwd: root,
      encoding: 'utf8',
    });
    const seen = new Set(
      listed.split(/\r?\n/).map((file) => path.relative(root, path.resolve(root, file)).replaceAll('\\', '/')),
    );
    assert.deepEqual(
      sourceFiles().filter((file) => !seen.has(file)),
      [],
    );
  });

  it('is searched for dead code: an unused file and an unused export are both named', () => {
    const copy = mkdtempSync(path.join(tmpdir(), 'holdfast-knip-'));
    try {
      for (const file of [...sourceFiles(), 'package.json', 'knip.json', 'tsconfig.json', 'esbuild.mjs']) {
        cpSync(path.join(root, file), path.join(copy, file));
      }
      symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
      writeFileSync(path.join(copy, 'shared/unused-file.ts'), 'export const nobodyImportsThis = 1;\n');
      appendFileSync(path.join(copy, 'shared/backoff.ts'), 'export const nobodyUsesThis = 1;\n');
      const { stdout } = spawnSync(bin('knip'), ['--reporter', 'compact'], { cwd: copy, encoding: 'utf8' });
      assert.match(stdout, /shared\/unused-file\.ts/);
      assert.match(stdout, /shared\/backoff\.ts: .*nobodyUsesThis/);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('keeps files small: median ≤ 120 lines, nine in ten ≤ 250, none over 400', () => {
    const sizes = sourceFiles()
      .map((file) => ({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length - 1 }))
      .sort((a, b) => a.lines - b.lines);
    const at = (share: number): number => sizes[Math.floor((sizes.length - 1) * share)]?.lines ?? 0;
    assert.ok(sizes.length > 20, `only ${sizes.length} files were found`);
    assert.deepEqual(
      sizes.filter(({ lines }) => lines > 400),
      [],
    );
    assert.ok(at(0.5) <= 120, `the median is ${at(0.5)}`);
    assert.ok(at(0.9) <= 250, `the ninth decile is ${at(0.9)}`);
  });

  it('has no drawer for leftovers and no file that only re-exports', () => {
    const drawers = sourceFiles().filter((file) => /(^|\/)(utils?|helpers?|misc|common)\/|\/index\.ts$/.test(file));
    assert.deepEqual(drawers, []);
  });
});
