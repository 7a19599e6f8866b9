import assert from 'node:assert/strict';
import { route } from '../../../../server/calls/routing.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { fakeEditorSession } from '../../../support/fake-editor-session.ts';

interface Case {
  readonly title: string;
  /** Folders by window id. */
  readonly windows: Readonly<Record<string, readonly string[]>>;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly hint?: string;
  readonly folders?: readonly string[];
  /** Ids of windows whose page is gone. */
  readonly pageless?: readonly string[];
  /** The window's id, or the code of the refusal and what its text names. */
  readonly wanted: string | readonly [string, ...RegExp[]];
}

const two = { a: ['/work/app'], b: ['/work/lib'] };
const nested = { outer: ['/work'], inner: ['/work/packages/ui'] };
const twins = { one: ['/work/app'], other: ['/work/app'] };

const cases: readonly Case[] = [
  {
    title: 'the named window wins over everything',
    windows: two,
    input: { window: 'b', path: '/work/app/x' },
    hint: 'a',
    wanted: 'b',
  },
  {
    title: 'an unknown named window is refused with the list',
    windows: two,
    input: { window: 'c' },
    wanted: ['unknown_window', /"c"/, /a \(app: \/work\/app\)/, /b \(lib/],
  },
  {
    title: 'a named window is refused when none is open',
    windows: {},
    input: { window: 'c' },
    wanted: ['unknown_window', /No window is connected/],
  },
  { title: 'no window is refused with the way to open one', windows: {}, wanted: ['no_window', /code <folder>/] },
  { title: 'the window that holds the path', windows: two, input: { path: '/work/lib/x.ts' }, wanted: 'b' },
  { title: 'the window whose folder is the path', windows: two, input: { path: '/work/lib' }, wanted: 'b' },
  { title: 'the path wins over the hint', windows: two, input: { path: '/work/lib/x.ts' }, hint: 'a', wanted: 'b' },
  { title: 'the path in a list of edits', windows: two, input: { edits: [{ path: '/work/lib/x.ts' }] }, wanted: 'b' },
  {
    title: 'the path in a list of paths',
    windows: two,
    input: { paths: ['/work/lib/x.ts', '/work/lib/y.ts'] },
    wanted: 'b',
  },
  {
    title: 'paths of two windows at once are refused',
    windows: two,
    input: { paths: ['/work/lib/x', '/work/app/y'] },
    wanted: ['ambiguous_window', /a \(/, /b \(/],
  },
  { title: 'a file URI', windows: two, input: { path: 'file:///work/lib/a%20b.ts' }, wanted: 'b' },
  {
    title: 'text that is no path decides nothing',
    windows: two,
    input: { query: '/work/lib/x' },
    hint: 'a',
    wanted: 'a',
  },
  {
    title: 'a folder whose name only begins alike holds nothing',
    windows: two,
    input: { path: '/work/library/x' },
    hint: 'a',
    wanted: 'a',
  },
  {
    title: 'the deeper of two nested folders',
    windows: nested,
    input: { path: '/work/packages/ui/x' },
    wanted: 'inner',
  },
  {
    title: 'the outer folder for what only it holds',
    windows: nested,
    input: { path: '/work/packages/core/x' },
    wanted: 'outer',
  },
  { title: '.. does not lead into another window', windows: two, input: { path: '/work/app/../lib/x' }, wanted: 'b' },
  {
    title: 'a window at the root of the disk',
    windows: { root: ['/'], a: ['/work/app'] },
    input: { path: '/etc/x' },
    wanted: 'root',
  },
  {
    title: 'another case of the same path, when nothing fits exactly',
    windows: two,
    input: { path: '/Work/Lib/X.ts' },
    wanted: 'b',
  },
  { title: 'the exact case first', windows: { low: ['/w/a'], up: ['/w/A'] }, input: { path: '/w/A/x' }, wanted: 'up' },
  {
    title: 'a Windows path in any case and with any slash',
    windows: { a: ['C:\\work\\app'], b: ['d:\\lib'] },
    input: { path: 'c:/Work/APP/x.ts' },
    wanted: 'a',
  },
  {
    title: 'a UNC path',
    windows: { a: ['\\\\server\\share\\app'], b: ['d:\\lib'] },
    input: { path: '\\\\SERVER\\share\\app\\x' },
    wanted: 'a',
  },
  {
    title: 'two windows on one folder are refused',
    windows: twins,
    input: { path: '/work/app/x' },
    wanted: ['ambiguous_window', /one \(/, /other \(/],
  },
  {
    title: 'of two windows on one folder the one whose page answers',
    windows: twins,
    input: { path: '/work/app/x' },
    pageless: ['one'],
    wanted: 'other',
  },
  {
    title: 'two windows on one folder of which neither page answers are refused',
    windows: twins,
    input: { path: '/work/app/x' },
    pageless: ['one', 'other'],
    wanted: ['ambiguous_window', /one \(/, /other \(/],
  },
  {
    title: 'of two windows on one folder the other one than the hint, when its page is gone',
    windows: twins,
    input: { path: '/work/app/x' },
    hint: 'one',
    pageless: ['one'],
    wanted: 'other',
  },
  {
    title: "a hint whose page is gone decides nothing without a path, and the agent's folder does",
    windows: twins,
    hint: 'one',
    folders: ['/work/app'],
    pageless: ['one'],
    wanted: 'other',
  },
  { title: 'the only window, though its page is gone', windows: { a: [] }, pageless: ['a'], wanted: 'a' },
  {
    title: 'two windows on one folder, told apart by the hint',
    windows: twins,
    input: { path: '/work/app/x' },
    hint: 'other',
    wanted: 'other',
  },
  {
    title: 'a relative path decides nothing',
    windows: two,
    input: { path: 'src/x.ts' },
    folders: ['/work/lib'],
    wanted: 'b',
  },
  { title: 'the hint wins over the folder', windows: two, hint: 'a', folders: ['/work/lib'], wanted: 'a' },
  {
    title: 'the hint of a window that is gone is passed over',
    windows: two,
    hint: 'gone',
    folders: ['/work/lib'],
    wanted: 'b',
  },
  { title: "the agent's own folder, inside a window's", windows: two, folders: ['/work/lib/src'], wanted: 'b' },
  {
    title: "the one window inside the agent's folder",
    windows: { ...two, c: ['/else/where'] },
    folders: ['/else'],
    wanted: 'c',
  },
  {
    title: "several windows inside the agent's folder are refused",
    windows: { ...two, c: ['/else/where'] },
    folders: ['/work'],
    wanted: ['ambiguous_window', /a \(/],
  },
  { title: 'the only window, whatever the folder', windows: { a: ['/work/app'] }, folders: ['/else'], wanted: 'a' },
  { title: 'the only window, though it has no folder', windows: { a: [] }, input: { path: '/x' }, wanted: 'a' },
  {
    title: 'several windows and nothing to go by are refused',
    windows: two,
    wanted: ['ambiguous_window', /a \(app: \/work\/app\); b \(lib: \/work\/lib\)/, /`window`/],
  },
  {
    title: 'an agent somewhere else is refused, with every window',
    windows: two,
    folders: ['/tmp'],
    wanted: ['ambiguous_window', /a \(/, /b \(/],
  },
];

describe('Routing', () => {
  for (const { title, windows, input = {}, hint, folders = [], pageless = [], wanted } of cases) {
    it(title, async () => {
      const sessions = Object.entries(windows).map(([id, paths]) =>
        fakeEditorSession({ id, folders: paths, present: !pageless.includes(id) }),
      );
      const outcome = async (order: typeof sessions): Promise<string | HoldfastError> => {
        try {
          return (await route(order, { input, hint, folders: () => Promise.resolve(folders) })).id;
        } catch (error) {
          assert.ok(error instanceof HoldfastError);
          return error;
        }
      };
      const chosen = await outcome(sessions);
      const reversed = await outcome(sessions.toReversed());
      if (typeof wanted === 'string') {
        assert.equal(chosen, wanted);
        assert.equal(reversed, wanted, 'the order of connection decided');
        return;
      }
      const [code, ...texts] = wanted;
      assert.ok(chosen instanceof HoldfastError, `went to ${String(chosen)}`);
      assert.equal(chosen.code, code);
      for (const text of texts) assert.match(`${chosen.message} ${chosen.hint}`, text);
    });
  }

  it('asks the agent for its folders only when nothing else decides', async () => {
    const sessions = [fakeEditorSession({ id: 'a', folders: ['/a'] }), fakeEditorSession({ id: 'b', folders: ['/b'] })];
    const folders = (): Promise<never> => Promise.reject(new Error('asked'));
    for (const input of [{ window: 'a' }, { path: '/a/x' }]) {
      assert.equal((await route(sessions, { input, hint: undefined, folders })).id, 'a');
    }
    assert.equal((await route(sessions, { input: {}, hint: 'a', folders })).id, 'a');
  });
});
