import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, createToolRig, refusal, type ToolRig, unseen } from './tool-rig.ts';

const shapes = `/** Anything with an area. */
export interface Shape {
  area(): number;
}

export class Square implements Shape {
  readonly #side: number;
  constructor(side: number) {
    this.#side = side;
  }
  area(): number {
    const factor = 1;
    return this.#side * this.#side * factor;
  }
}

export class Circle implements Shape {
  area(): number {
    return 3;
  }
}

export function total(shapes: Shape[]): number;
export function total(shapes: Shape): number;
export function total(shapes: Shape | Shape[]): number {
  return [shapes].flat().reduce((sum, each) => sum + each.area(), 0);
}
`;

describe('outline in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('outline');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const outline = async (file: string, more: object = {}) =>
    unseen(() => rig.tools.outline({ path: rig.name(file), ...more }, rig.context));
  const names = (answer: Awaited<ReturnType<typeof outline>>) =>
    answer.symbols.map(
      ({ name, kind, depth, start_line, end_line }) => `${depth} ${kind} ${name} ${start_line}-${end_line}`,
    );

  it('shows a TypeScript file that nobody opened as a tree with lines', async () => {
    rig.write('shapes.ts', shapes);
    const answer = await outline('shapes.ts');
    assert.deepEqual(names(answer), [
      '1 interface Shape 2-4',
      '2 method area 3-3',
      '1 class Square 6-15',
      '2 property #side 7-7',
      '2 constructor constructor 8-10',
      '2 method area 11-14',
      '3 variable factor 12-12',
      '1 class Circle 17-21',
      '2 method area 18-20',
      '1 function total 23-23',
      '1 function total 24-24',
      '1 function total 25-27',
      '2 function reduce() callback 26-26',
    ]);
    assert.deepEqual(answer.freshness, { version: 1, dirty: false, diskInSync: true, complete: true });
    assert.deepEqual(
      [answer.language, answer.lines, answer.page],
      ['typescript', 28, { shown: 13, total: 13, next: null }],
    );
  });

  it('collapses below a depth, says how much is inside, and shows what is inside one symbol', async () => {
    rig.write('depth.ts', shapes);
    const flat = await outline('depth.ts', { depth: 1 });
    assert.deepEqual(
      flat.symbols.map(({ name, hidden }) => [name, hidden]),
      [
        ['Shape', 1],
        ['Square', 4],
        ['Circle', 1],
        ['total', undefined],
        ['total', undefined],
        ['total', 1],
      ],
    );
    assert.deepEqual(
      (await outline('depth.ts', { symbol: 'Square' })).symbols.map(({ name, depth }) => [name, depth]),
      [
        ['Square', 1],
        ['#side', 2],
        ['constructor', 2],
        ['area', 2],
        ['factor', 3],
      ],
    );
  });

  it('keeps only the kinds that are asked for, and names the kinds when one is wrong', async () => {
    rig.write('kinds.ts', shapes);
    assert.deepEqual(
      (await outline('kinds.ts', { kinds: ['class', 'interface'] })).symbols.map(({ name }) => name),
      ['Shape', 'Square', 'Circle'],
    );
    const error = await refusal('invalid_input', outline('kinds.ts', { kinds: ['klass'] }));
    assert.match(error.hint, /class, method/);
  });

  it('collapses a big file to its size, and continues on the next page', async () => {
    const many = Array.from({ length: 400 }, (_, at) => `export class C${at} { m${at}() {} n${at}() {} }`).join('\n');
    rig.write('big.ts', many);
    const first = await outline('big.ts');
    assert.ok(JSON.stringify(first).length < 9_000);
    assert.deepEqual([first.symbols[0]?.name, first.symbols[0]?.hidden, first.page.total], ['C0', 2, 400]);
    const rest: string[] = first.symbols.map(({ name }) => name);
    for (let next = first.page.next; next !== null; ) {
      const page = await outline('big.ts', { depth: 1, offset: next });
      rest.push(...page.symbols.map(({ name }) => name));
      next = page.page.next;
    }
    assert.deepEqual(
      rest,
      Array.from({ length: 400 }, (_, at) => `C${at}`),
    );
  });

  it('waits for a language server that is not there yet: CSS, SCSS, HTML, JSON and Markdown', async () => {
    rig.write(
      'a.css',
      ':root { --brand: red; }\n.card { color: var(--brand); }\n@media print { .card .x { color: blue } }\n',
    );
    rig.write('a.scss', '$gap: 1px;\n@mixin wide { width: $gap; }\n.card { @include wide; .x { margin: $gap; } }\n');
    rig.write('a.html', '<html>\n<body>\n<div id="x" class="card">hi</div>\n</body>\n</html>\n');
    rig.write('a.json', '{ "scripts": { "a/b": "x", "c": [1, 2] } }\n');
    rig.write('a.md', '# One\n\n## Two words\n\ntext\n\n# Three\n');
    assert.deepEqual(names(await outline('a.css')), [
      '1 class :root 1-1',
      '1 class .card 2-2',
      '1 module @media print 3-3',
      '2 class .card .x 3-3',
    ]);
    assert.deepEqual(
      (await outline('a.scss')).symbols.map(({ name }) => name),
      ['$gap', 'wide', '.card', '.x'],
    );
    assert.deepEqual(
      (await outline('a.html')).symbols.map(({ name, depth }) => `${depth} ${name}`),
      ['1 html', '2 body', '3 div#x.card'],
    );
    assert.deepEqual(
      (await outline('a.json')).symbols.map(({ name, depth }) => `${depth} ${name}`),
      ['1 scripts', '2 a/b', '2 c', '3 0', '3 1'],
    );
    assert.deepEqual(names(await outline('a.md')), [
      '1 string # One 1-5',
      '2 string ## Two words 3-5',
      '1 string # Three 7-7',
    ]);
  });

  it('says when nobody gives symbols, instead of calling the file empty', async () => {
    rig.write('plain.txt', 'hello\n');
    const answer = await outline('plain.txt');
    assert.deepEqual([answer.symbols, answer.freshness.complete], [[], false]);
    assert.match(answer.freshness.reason ?? '', /plaintext/);
  });

  it('shows unsaved text, not the disk', async () => {
    await rig.show('unsaved.ts', 'export const one = 1;\n');
    await rig.type('unsaved.ts', 0, 0, 'export const zero = 0;\n');
    const answer = await outline('unsaved.ts');
    assert.deepEqual([answer.symbols.map(({ name }) => name), answer.freshness.dirty], [['zero', 'one'], true]);
  });
});

describe('find_symbol in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('find');
    rig.write('shapes.ts', shapes);
    rig.write(
      'deep/more.ts',
      "import { Square } from '../shapes';\nexport class SquareRoot extends Square {}\nexport const squareUp = 1;\n",
    );
    rig.write('style.css', '.squareBox { color: red }\n');
    rig.write('notes.md', '# Square notes\n\n## Square roots\n');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const find = (query: string, more: object = {}) =>
    unseen(() => rig.tools.find_symbol({ query, path: `src/find`, ...more }, rig.context));
  const listed = (answer: Awaited<ReturnType<typeof find>>) =>
    answer.symbols.map(
      ({ path, name_path, kind, line }) => `${path.replace('src/find/', '')}:${line} ${kind} ${name_path}`,
    );

  it('finds a declaration in files that nobody opened, in the first call', async () => {
    const answer = await find('SquareRoot');
    assert.deepEqual(listed(answer), ['deep/more.ts:2 class SquareRoot']);
    assert.equal(answer.freshness.reason, undefined);
    assert.ok(answer.freshness.complete);
  });

  it('finds by name path, and gives the body', async () => {
    const answer = await find('Square/area', { include_body: true });
    assert.deepEqual(listed(answer), ['shapes.ts:11 method Square/area']);
    assert.match(answer.symbols[0]?.body ?? '', /^ {2}area\(\): number \{\n.*\n.*\n {2}\}$/);
  });

  it('finds parts of names in all languages when no whole name fits, best first', async () => {
    const all = listed(await find('squar'));
    assert.deepEqual(all, [
      'deep/more.ts:2 class SquareRoot',
      'deep/more.ts:3 variable squareUp',
      'notes.md:1 string # Square notes',
      'notes.md:3 string # Square notes/## Square roots',
      'shapes.ts:6 class Square',
      'style.css:1 class .squareBox',
    ]);
    assert.deepEqual(listed(await find('squar', { kind: 'variable' })), ['deep/more.ts:3 variable squareUp']);
  });

  it('searches one file, with its columns', async () => {
    const answer = await find('area', { path: rig.name('shapes.ts') });
    assert.deepEqual(
      answer.symbols.map(({ name_path, line, column }) => `${name_path} ${line}:${column}`),
      ['Shape/area 3:3', 'Square/area 11:3', 'Circle/area 18:3'],
    );
  });

  it('finds what was written to disk a moment ago, and no longer what was', async () => {
    rig.write('young.ts', 'export class YoungOne {}\n');
    assert.deepEqual(listed(await find('YoungOne')), ['young.ts:1 class YoungOne']);
    rig.write('young.ts', 'export class YoungTwo {}\n');
    assert.deepEqual(listed(await find('YoungTwo')), ['young.ts:1 class YoungTwo']);
    assert.deepEqual(listed(await find('YoungOne')), []);
  });

  it('cuts a long answer into pages', async () => {
    rig.write('many.ts', Array.from({ length: 300 }, (_, at) => `export const manyThings${at} = ${at};`).join('\n'));
    const first = await find('manyThings', { path: rig.name('many.ts') });
    assert.ok(JSON.stringify(first).length < 9_000);
    assert.deepEqual([first.page.total, first.page.next], [300, first.symbols.length]);
    const second = await find('manyThings', { path: rig.name('many.ts'), offset: first.page.next });
    assert.equal(second.symbols[0]?.name_path, `manyThings${first.symbols.length}`);
  });

  it('names the place of the name in more files than it looks into, and says nothing of files that are gone', async () => {
    for (let at = 0; at < 30; at += 1) rig.write(`wide/w${at}.ts`, `export const x${at} = 0;\nexport  class Wide {}\n`);
    const answer = await find('Wide');
    assert.equal(answer.page.total, 30);
    assert.ok(
      answer.symbols.every(({ line, column }) => line === 2 && column === 15),
      JSON.stringify(answer.symbols),
    );
    rmSync(rig.uri('wide').fsPath, { recursive: true });
    const after = await find('Wide');
    assert.ok(after.page.total === 0 || !after.freshness.complete, JSON.stringify(after));
  });

  it('leaves no tab and moves nothing', async () => {
    await rig.show('watched.ts', 'export const watched = 1;\n');
    const before = vscode.window.activeTextEditor?.document.uri.toString();
    await find('Square');
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), before);
  });
});
