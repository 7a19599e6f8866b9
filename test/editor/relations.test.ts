import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { closeAll, createToolRig, refusal, type ToolRig, unseen, writeTwoProjects } from './tool-rig.ts';

const shapes = `/** Anything with an area. */
export interface Shape {
  area(): number;
}

export class Square implements Shape {
  constructor(readonly side: number) {}
  /** Side times side. */
  area(): number {
    return this.side * this.side;
  }
}

export class Cube extends Square {
  area(): number {
    const six = 6;
    return six * super.area();
  }
}
`;
const use = `import { Cube, type Shape, Square as Box } from './index';

export function total(shapes: Shape[]): number {
  return shapes.reduce((sum, each) => sum + each.area(), 0);
}

export const two = total([new Box(1), new Cube(2)]);
`;

function project(rig: ToolRig): void {
  rig.write('shapes.ts', shapes);
  rig.write('index.ts', "export * from './shapes';\nexport { Square as default } from './shapes';\n");
  rig.write('use.ts', use);
  rig.write(
    'overload.ts',
    'export function pick(a: number): number;\nexport function pick(a: string): string;\nexport function pick(a: any) {\n  return a;\n}\npick(1);\n',
  );
}

describe('inspect_symbol in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('inspect');
    project(rig);
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const inspect = (file: string, more: object) =>
    unseen(() => rig.tools.inspect_symbol({ path: rig.name(file), ...more }, rig.context));
  const places = (found: readonly { path: string; line: number; column: number }[] | undefined) =>
    found?.map(({ path, line, column }) => `${path.replace('src/inspect/', '')}:${line}:${column}`);

  it('follows an import through re-exports to the declaration, and shows it', async () => {
    const answer = await inspect('use.ts', { symbol: 'Box', near: 'new Box' });
    assert.deepEqual([answer.symbol.line, answer.symbol.column], [7, 31]);
    assert.deepEqual(places(answer.definition), ['shapes.ts:6:14', 'shapes.ts:7:3']);
    assert.match(answer.definition?.[0]?.text ?? '', /^export class Square implements Shape \{\n[\s\S]*\n\}$/);
    assert.deepEqual(answer.signature, ['Box(side: number): Box']);
    assert.deepEqual([answer.freshness.complete, answer.type, answer.implementation], [true, undefined, undefined]);
  });

  it('gives documentation, signature, type and implementations of a name path', async () => {
    const area = await inspect('shapes.ts', { symbol: 'Square/area' });
    assert.deepEqual([area.hover, area.signature], ['Side times side.', ['(method) Square.area(): number']]);
    const parameter = await inspect('use.ts', { symbol: 'total/each', parts: ['type'] });
    assert.deepEqual(places(parameter.type), ['shapes.ts:2:18']);
    const method = await inspect('shapes.ts', { symbol: 'Shape/area', parts: ['implementation'] });
    assert.deepEqual(places(method.implementation), ['shapes.ts:9:3', 'shapes.ts:15:3']);
  });

  it('lists the overloads of a call', async () => {
    const answer = await inspect('overload.ts', { line: 6, column: 1, parts: ['signature'] });
    assert.deepEqual(answer.signature, ['pick(a: number): number', 'pick(a: string): string']);
  });

  it('shows where a library declares something', async () => {
    const answer = await inspect('use.ts', { symbol: 'reduce', parts: ['definition'] });
    const [first] = answer.definition ?? [];
    assert.match(first?.path ?? '', /lib\.es5\.d\.ts$/);
    assert.match(first?.text ?? '', /^reduce</);
    const read = await rig.tools.read_buffer(
      { path: first?.path ?? '', range: { start_line: first?.line ?? 1 } },
      rig.context,
    );
    assert.match(read.text, /^ *reduce</);
    const neighbour = first?.path.replace('es5', 'es2015.core') ?? '';
    await refusal('outside_workspace', rig.tools.read_buffer({ path: neighbour }, rig.context));
    const edits = [{ path: first?.path ?? '', old: 'reduce', new: 'x', all: true }];
    await refusal('outside_workspace', rig.tools.edit_buffer({ edits }, rig.context));
  });

  it('shows nothing of other files outside the workspace, wherever a link leads', async () => {
    rig.write('leak.md', '# L\n\nsee [it](../../../outside-secret.txt)\n');
    const secret = vscode.Uri.joinPath(rig.uri('leak.md'), '../../../../outside-secret.txt');
    await vscode.workspace.fs.writeFile(secret, new TextEncoder().encode('secret words\n'));
    const answer = await inspect('leak.md', { line: 3, column: 22 });
    await vscode.workspace.fs.delete(secret);
    assert.ok(!JSON.stringify(answer).includes('secret words'));
    await refusal('outside_workspace', rig.tools.read_buffer({ path: secret.fsPath }, rig.context));
  });

  it('lists the candidates of an ambiguous name with their lines, and takes any of them', async () => {
    const error = await refusal('ambiguous_symbol', inspect('shapes.ts', { symbol: 'area' }));
    assert.match(error.message, /3:3 method Shape\/area {2}area\(\): number;\n.*9:3 .*\n.*15:3 /);
    assert.equal((await inspect('shapes.ts', { symbol: 'area', near: 'const six' })).symbol.line, 15);
    assert.equal((await inspect('shapes.ts', { line: 9 })).symbol.name, 'area');
    assert.equal((await inspect('shapes.ts', { line: 9, column: 3 })).symbol.name, 'area');
    const overloads = await refusal('ambiguous_symbol', inspect('overload.ts', { symbol: 'pick' }));
    assert.match(overloads.message, /1:17 .*\n.*2:17 .*\n.*3:17 /);
  });

  it('takes several uses of an imported class for one thing, also where it is made, whatever texts say', async () => {
    rig.write(
      'made.ts',
      "import { Square as Sq } from './shapes';\n// Sq\nexport const text = 'Sq';\nexport const made = new Sq(2);\n",
    );
    const { symbol } = await inspect('made.ts', { symbol: 'Sq', parts: [] });
    assert.deepEqual([symbol.line, symbol.column], [1, 20]);
  });

  it('lists only what means something where a name has several meanings', async () => {
    rig.write(
      'twice.ts',
      "export const text = 'item';\nexport const one = (item: number) => item;\nexport const two = (item: number) => item;\n",
    );
    const error = await refusal('ambiguous_symbol', inspect('twice.ts', { symbol: 'item' }));
    assert.match(error.message, /4 things/);
    assert.doesNotMatch(error.message, /'item'/);
  });

  it('names a parameter of a constructor by its own name', async () => {
    rig.write('circle.ts', "export class Circle {\n  constructor(public r: number, public name = '') {}\n}\n");
    const names = [];
    for (const column of [3, 22, 40])
      names.push((await inspect('circle.ts', { line: 2, column, parts: [] })).symbol.name);
    assert.deepEqual(names, ['constructor', 'r', 'name']);
  });

  it('refuses what does not name one place, and says what would', async () => {
    await refusal('invalid_input', inspect('shapes.ts', {}));
    await refusal('invalid_input', inspect('shapes.ts', { symbol: 'Shape', line: 2 }));
    const error = await refusal('not_found', inspect('shapes.ts', { symbol: 'Squaer' }));
    assert.match(error.hint, /Square/);
    await refusal('not_found', inspect('shapes.ts', { line: 5, column: 1 }));
    const past = await refusal('position_out_of_range', inspect('shapes.ts', { line: 99 }));
    assert.match(past.message, /20 lines/);
    const words = await refusal('ambiguous_symbol', inspect('use.ts', { line: 4 }));
    assert.match(words.message, /4:\d+ reduce/);
  });

  it('knows other languages: a CSS variable, a Markdown link', async () => {
    rig.write('a.css', ':root { --brand: red; }\n.card { color: var(--brand); }\n');
    assert.deepEqual(places((await inspect('a.css', { symbol: '--brand', near: 'var(' })).definition), ['a.css:1:9']);
    rig.write('b.md', '# B\n\n## Two\n');
    rig.write('a.md', '# A\n\nsee [it](./b.md#two)\n');
    assert.deepEqual(places((await inspect('a.md', { line: 3, column: 17 })).definition), ['b.md:3:1']);
  });
});

describe('find_related in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('related');
    project(rig);
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const related = (file: string, more: object) =>
    unseen(() => rig.tools.find_related({ path: rig.name(file), ...more }, rig.context));
  const listed = (answer: Awaited<ReturnType<typeof related>>) =>
    answer.files.flatMap(({ path, hits }) =>
      (hits ?? []).map((hit) => `${path.replace('src/related/', '')}:${hit.line}:${hit.column} ${hit.in ?? ''}`),
    );

  it('finds all references in files that nobody opened, by file and enclosing symbol', async () => {
    const answer = await related('shapes.ts', { symbol: 'Square' });
    assert.deepEqual(listed(answer), [
      'index.ts:2:10 ',
      'index.ts:2:20 ',
      'shapes.ts:6:14 Square',
      'shapes.ts:14:27 Cube',
      'use.ts:1:28 ',
      'use.ts:1:38 ',
      'use.ts:7:31 two',
    ]);
    assert.deepEqual([answer.freshness.complete, answer.detail, answer.relation], [true, 'full', 'references']);
    assert.equal(answer.files[1]?.hits?.[1]?.text, 'export class Cube extends Square {');
  });

  it('finds implementations, callers, callees, supertypes and subtypes', async () => {
    const of = async (symbol: string, relation: string, file = 'shapes.ts') => {
      const answer = await related(file, { symbol, relation });
      assert.ok(answer.freshness.complete, answer.freshness.reason);
      return listed(answer);
    };
    assert.deepEqual(await of('Shape', 'implementations'), ['shapes.ts:6:14 Square', 'shapes.ts:14:14 Cube']);
    assert.deepEqual(await of('Square/area', 'callers'), ['shapes.ts:17:24 Cube/area', 'use.ts:4:50 total']);
    assert.deepEqual(await of('Cube/area', 'callees'), ['shapes.ts:9:3 Square/area']);
    assert.deepEqual(await of('Cube', 'supertypes'), ['shapes.ts:6:14 Square']);
    assert.deepEqual(await of('Square', 'supertypes'), ['shapes.ts:2:18 Shape']);
    assert.deepEqual(await of('Square', 'subtypes'), ['shapes.ts:14:14 Cube']);
    assert.deepEqual(await of('Shape', 'subtypes'), ['shapes.ts:6:14 Square']);
    const none = await related('use.ts', { symbol: 'two', relation: 'callees' });
    assert.deepEqual([none.total, none.freshness.complete], [0, false]);
  });

  it('keeps only the paths that are asked for', async () => {
    const answer = await related('shapes.ts', { symbol: 'Square', paths: ['**/*.ts', '!**/index.ts', '!**/use.ts'] });
    assert.deepEqual(listed(answer), ['shapes.ts:6:14 Square', 'shapes.ts:14:27 Cube']);
    assert.deepEqual([answer.total, answer.left_out], [2, 5]);
    const absolute = await related('shapes.ts', { symbol: 'Square', paths: [`${rig.uri('.').fsPath}/use*`] });
    assert.deepEqual([absolute.total, absolute.left_out], [3, 4]);
  });

  it('counts in other projects of which no file was ever open', async () => {
    const folder = '../../related-projects';
    writeTwoProjects(rig, folder);
    rig.write(`${folder}/b/config.ts`, 'export default {};\n');
    await vscode.workspace.openTextDocument(rig.uri(`${folder}/b/config.ts`));
    const answer = await related(`${folder}/a/src/lib.ts`, { symbol: 'shared' });
    rmSync(rig.uri(folder).fsPath, { recursive: true });
    assert.deepEqual([answer.total, answer.freshness.complete], [4, true], answer.freshness.reason);
  });

  it('says so where another project cannot be loaded', async () => {
    const folder = '../../related-unreadable';
    writeTwoProjects(rig, folder);
    writeFileSync(rig.uri(`${folder}/b/src/use.ts`).fsPath, new Uint8Array([0, 1, 2, 3, 0, 255]));
    const answer = await related(`${folder}/a/src/lib.ts`, { symbol: 'shared' });
    rmSync(rig.uri(folder).fsPath, { recursive: true });
    assert.match(answer.freshness.reason ?? '', /project in related-unreadable\/b could not be loaded/);
  });

  it('counts a file once that a link leads to as well', async () => {
    const link = rig.uri('../../related-link/b.ts').fsPath;
    rig.write('linked/a.ts', 'export const linked = 1;\n');
    rig.write('linked/user.ts', "import { linked } from './a';\nexport const twice = linked;\n");
    mkdirSync(dirname(link));
    symlinkSync(rig.uri('linked/a.ts').fsPath, link);
    assert.equal((await related('linked/a.ts', { symbol: 'linked' })).total, 3);
    rig.write('linked/a.ts', '// more\nexport const linked = 1;\n');
    const answer = await related('linked/a.ts', { symbol: 'linked' });
    rmSync(dirname(link), { recursive: true });
    assert.deepEqual([answer.total, answer.files.length, answer.freshness.complete], [3, 2, true]);
  });

  it('counts in what another process wrote a moment ago, and no longer what it removed', async () => {
    rig.write('young.ts', "import { Cube } from './shapes';\nexport const young = new Cube(3);\n");
    const more = { symbol: 'Cube', paths: ['**/young.ts'] };
    assert.deepEqual(listed(await related('shapes.ts', more)), ['young.ts:1:10 ', 'young.ts:2:26 young']);
    rig.write('young.ts', 'export const young = 3;\n');
    const answer = await related('shapes.ts', more);
    assert.ok(answer.total === 0 || !answer.freshness.complete);
  });

  it('counts in unsaved text', async () => {
    await rig.show('unsaved.ts', "import { Cube } from './shapes';\n");
    await rig.type('unsaved.ts', 1, 0, 'new Cube(1);\n');
    const answer = await related('shapes.ts', { symbol: 'Cube', paths: ['**/unsaved.ts'] });
    assert.deepEqual(listed(answer), ['unsaved.ts:1:10 ', 'unsaved.ts:2:5 ']);
  });

  it('degrades from lines to places to counts to pages, and never floods', async () => {
    for (let at = 0; at < 30; at += 1)
      rig.write(`many/u${at}.ts`, `import { hot } from './hot';\n${'hot();\n'.repeat(at === 0 ? 150 : 1)}`);
    rig.write('many/hot.ts', 'export function hot(): void {}\n');
    const places = await related('many/hot.ts', { symbol: 'hot' });
    assert.deepEqual([places.detail, places.total, places.page.total], ['locations', 210, 31]);
    const full = await related('many/hot.ts', { symbol: 'hot', paths: ['**/u1*.ts'] });
    assert.deepEqual([full.detail, full.total], ['full', 22]);
    assert.ok(JSON.stringify(places).length < 9_000);
    for (let at = 0; at < 40; at += 1)
      rig.write(`more/u${at}.ts`, `import { hot } from './hot';\n${'hot();\n'.repeat(30)}`);
    rig.write('more/hot.ts', 'export function hot(): void {}\n');
    const counts = await related('more/hot.ts', { symbol: 'hot' });
    assert.deepEqual([counts.detail, counts.total, counts.files.length], ['counts', 40 * 31 + 1, 41]);
    assert.ok(JSON.stringify(counts).length < 9_000);
    const rest = await related('more/hot.ts', { symbol: 'hot', offset: 40 });
    assert.deepEqual([rest.files.length, rest.page.next], [1, null]);
  });

  it('knows other languages: a CSS variable, an SCSS mixin, a Markdown heading', async () => {
    rig.write('a.css', ':root { --brand: red; }\n.card { color: var(--brand); }\n');
    assert.deepEqual(listed(await related('a.css', { symbol: '--brand', near: 'var(' })), [
      'a.css:1:9 :root',
      'a.css:2:20 .card',
    ]);
    rig.write('a.scss', '@mixin wide { width: 1px; }\n.card { @include wide; }\n');
    assert.deepEqual(listed(await related('a.scss', { symbol: 'wide' })), ['a.scss:1:8 wide', 'a.scss:2:18 .card']);
    rig.write('b.md', '# B\n\n## Two\n');
    rig.write('a.md', '# A\n\nsee [it](./b.md#two)\n');
    assert.deepEqual(listed(await related('b.md', { symbol: 'Two' })), ['a.md:3:10 # A', 'b.md:3:1 # B/## Two']);
  });

  it('says so when no server can tell', async () => {
    rig.write('plain.txt', 'hello world\n');
    const none = await related('plain.txt', { line: 1, column: 1 });
    assert.deepEqual([none.total, none.freshness.complete], [0, false]);
    rig.write('a2.css', '.card { color: red }\n');
    const types = await related('a2.css', { symbol: '.card', relation: 'supertypes' });
    assert.match(types.freshness.reason ?? '', /css/);
  });
});
