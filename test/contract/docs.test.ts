import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { catalog } from '../../shared/catalog.ts';
import { type Examples, toolReference, withToolTable } from '../docs/tool-reference.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const pages = [
  ...['README.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...['docs', 'server', 'shared', 'extension', 'test'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !/node_modules|samples|vscode/.test(name))
      .map((name) => path.join(folder, name)),
  ),
];

describe('the documentation', () => {
  it('has the tool table that the catalogue gives (npm run docs)', () => {
    assert.equal(read('README.md'), withToolTable(read('README.md'), catalog));
    for (const name of Object.keys(catalog)) assert.match(read('README.md'), new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  it('has the tool reference that the catalogue gives (npm run docs)', () => {
    const examples: Examples = JSON.parse(read('test/docs/tool-examples.json'));
    assert.equal(read('docs/tools.md'), toolReference(catalog, examples));
  });

  it('keeps the README within 200 lines', () => {
    assert.ok(read('README.md').split('\n').length <= 200);
  });

  it('names only files that exist', () => {
    assert.ok(pages.length > 10);
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => path.join(path.dirname(page), target ?? ''))
        .filter((target) => !existsSync(path.join(root, target)))
        .map((target) => `${page} → ${target}`),
    );
    assert.deepEqual(dead, []);
  });

  it('names only npm scripts that exist', () => {
    const scripts = new Set(Object.keys(JSON.parse(read('package.json')).scripts));
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? ''),
    );
    assert.ok(named.length > 3);
    assert.deepEqual(
      named.filter((script) => !scripts.has(script)),
      [],
    );
  });

  it('names only settings and commands that the manifest has', () => {
    const { contributes } = JSON.parse(read('package.json'));
    const settings = Object.keys(contributes.configuration.properties);
    const named = [...read('README.md').matchAll(/`(holdfast\.[\w.]+)`/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(named)].sort(), settings.sort());
    // Buttons of a view are no commands of the palette.
    const hidden = new Set<unknown>();
    for (const { command, when } of contributes.menus.commandPalette) if (when === 'false') hidden.add(command);
    for (const { command, category, title } of contributes.commands)
      if (!hidden.has(command)) assert.ok(read('README.md').includes(`${category}: ${title}`), title);
  });
});
