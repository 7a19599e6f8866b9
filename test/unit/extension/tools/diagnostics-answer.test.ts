import assert from 'node:assert/strict';
import { CursorMemory } from '../../../../extension/tools/support/cursor-memory.ts';
import {
  compareSnapshots,
  mergeSnapshots,
  type Snapshot,
} from '../../../../extension/tools/support/diagnostics-delta.ts';
import { fitDiagnostics } from '../../../../extension/tools/support/diagnostics-fit.ts';
import { type DiagnosticItem, diagnosticsTools, type FileDiagnostics } from '../../../../shared/tools/diagnostics.ts';

const item = (line: number, message: string, more: Partial<DiagnosticItem> = {}): DiagnosticItem => ({
  line,
  column: 1,
  severity: 'error',
  message,
  source: 'ts',
  ...more,
});
const snapshot = (...items: DiagnosticItem[]): Snapshot => new Map([['file:///a', { path: 'a', items }]]);
const asked = [{ uri: 'file:///a', path: 'a' }];
const filter = { severity: 'warning', source: undefined } as const;
const compare = (before: Snapshot, now: Snapshot) => compareSnapshots(before, now, asked, filter);

describe('what changed between two answers of get_diagnostics', () => {
  it('is nothing when diagnostics only moved', () => {
    assert.deepEqual(compare(snapshot(item(1, 'x'), item(2, 'y')), snapshot(item(5, 'y'), item(4, 'x'))), {
      added: [],
      removed: [],
      uncompared: [],
    });
  });

  it('tells which of several equal ones is new by its place', () => {
    const { added, removed } = compare(snapshot(item(1, 'x')), snapshot(item(1, 'x'), item(9, 'x')));
    assert.deepEqual([added, removed], [[{ path: 'a', line: 9, severity: 'error', message: 'x' }], []]);
  });

  it('counts only what the agent asked for', () => {
    const hint = item(3, 'h', { severity: 'hint' });
    assert.deepEqual(compare(snapshot(hint), snapshot(item(1, 'w', { severity: 'warning' }))), {
      added: [{ path: 'a', line: 1, severity: 'warning', message: 'w' }],
      removed: [],
      uncompared: [],
    });
    assert.deepEqual(
      compareSnapshots(snapshot(), snapshot(item(1, 'x')), asked, { severity: 'error', source: 'eslint' }).added,
      [],
    );
  });

  it('never compares with a file that was not analysed', () => {
    assert.deepEqual(compare(new Map(), snapshot(item(1, 'x'))).uncompared, ['a']);
    assert.deepEqual(compare(snapshot(item(1, 'x')), new Map()), { added: [], removed: [], uncompared: ['a'] });
  });

  it('keeps covering files that a later call did not ask about', () => {
    const merged = mergeSnapshots(snapshot(item(1, 'x')), new Map([['file:///b', { path: 'b', items: [] }]]));
    assert.deepEqual([...merged.keys()], ['file:///a', 'file:///b']);
  });
});

describe('cursors', () => {
  it('are forgotten oldest first', () => {
    const memory = new CursorMemory<number>({ max: 2, prefix: 'e' });
    const cursors = [1, 2, 3].map((value) => memory.add(value));
    assert.deepEqual(cursors, ['e.1', 'e.2', 'e.3']);
    assert.deepEqual(
      cursors.map((cursor) => memory.get(cursor)),
      [undefined, 2, 3],
    );
  });
});

describe('the size of a get_diagnostics answer', () => {
  const file = (path: string, count: number) => ({
    path,
    state: 'analyzed' as const,
    counts: { error: count, warning: 0, info: 0, hint: 0 },
    items: Array.from({ length: count }, (_, at) => item(at + 1, `message number ${at}`, { code: '2322' })),
    freshness: { version: 1, dirty: false, diskInSync: true, complete: true },
  });
  const fit = (files: (FileDiagnostics & { items: DiagnosticItem[] })[]) =>
    fitDiagnostics({ files, delta: undefined, cursor: 'c', offset: 0, total: files.length }, 8_000);
  const manyFiles = (files: number, each: number) =>
    Array.from({ length: files }, (_, at) => file(`src/folder/file-${at}.ts`, each));

  it('degrades from full to places to counts to fewer files, and stays within its limit', () => {
    const answers = [fit(manyFiles(3, 5)), fit(manyFiles(3, 30)), fit(manyFiles(10, 60)), fit(manyFiles(100, 3))];
    assert.deepEqual(
      answers.map(({ detail }) => detail),
      ['full', 'locations', 'counts', 'counts'],
    );
    for (const answer of answers) {
      assert.ok(JSON.stringify(answer).length <= 8_000);
      assert.ok(diagnosticsTools.get_diagnostics.render(answer).length <= 8_000);
    }
    const last = answers[3];
    assert.ok(last !== undefined && last.page.shown < 100 && last.page.next === last.page.shown);
  });

  it('lists as many problems of a single file as fit, and says how many it leaves out', () => {
    const answer = fit([file('a.ts', 400)]);
    const [only] = answer.files;
    const listed = only?.items?.length ?? 0;
    assert.ok(listed > 20 && JSON.stringify(answer).length <= 8_000);
    assert.deepEqual([only?.left_out, only?.items?.[0]?.message], [400 - listed, 'message number 0']);
    const text = diagnosticsTools.get_diagnostics.render(answer);
    assert.match(text, new RegExp(`${400 - listed} more`));
    assert.doesNotMatch(text, /fewer paths/);
  });

  it('cuts a long delta and says so', () => {
    const added = Array.from({ length: 400 }, (_, at) => ({
      path: 'a',
      line: at + 1,
      severity: 'error' as const,
      message: `message number ${at}`,
    }));
    const answer = fitDiagnostics(
      { files: [file('a', 1)], delta: { added, removed: [], uncompared: [] }, cursor: 'c', offset: 0, total: 1 },
      8_000,
    );
    assert.ok(JSON.stringify(answer).length <= 8_000);
    assert.equal(answer.delta?.cut, true);
  });
});

describe('the text of a get_diagnostics answer', () => {
  it('never calls a file clean that was not analysed', () => {
    const fresh = { version: 1, dirty: false, diskInSync: true, complete: true };
    const counts = { error: 0, warning: 0, info: 0, hint: 0 };
    const files: FileDiagnostics[] = [
      { path: 'a.ts', state: 'analyzed', counts, freshness: fresh },
      { path: 'b.ts', state: 'timed_out', counts, freshness: { ...fresh, complete: false, reason: 'late' } },
      { path: 'c.txt', state: 'not_analyzed', counts, freshness: { ...fresh, complete: false, reason: 'nobody' } },
    ];
    const text = diagnosticsTools.get_diagnostics.render({
      files,
      cursor: 'c',
      detail: 'full',
      page: { shown: 3, total: 3, next: null },
    });
    assert.deepEqual(
      text.split('\n').filter((line) => line.includes('clean')),
      ['a.ts: clean', 'c.txt: not analysed (this is not "clean")'],
    );
    assert.match(text, /2 files without a present answer/);
  });

  it('never calls a file clean of which only one source was asked for', () => {
    const freshness = { version: 1, dirty: false, diskInSync: true, complete: true };
    const counts = { error: 0, warning: 0, info: 0, hint: 0 };
    const text = diagnosticsTools.get_diagnostics.render({
      files: [
        { path: 'a.ts', state: 'analyzed', counts, other_sources: ['ts', 'eslint'], freshness },
        { path: 'b.ts', state: 'analyzed', counts, other_sources: [], freshness },
      ],
      cursor: 'c',
      detail: 'full',
      page: { shown: 2, total: 2, next: null },
    });
    assert.doesNotMatch(text, /clean/);
    assert.match(text, /a\.ts: nothing of that source; others: ts, eslint/);
    assert.match(text, /b\.ts: nothing of that source\n/);
  });
});
