import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { upstreamsSetting } from '../docs/upstreams-setting.ts';
import { allowedEntries, maxVsixBytes, readVsix, vsixFaults } from '../package/vsix.ts';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

describe('the manifest', () => {
  it('says who we are and where we run', () => {
    assert.deepEqual(
      {
        id: `${manifest.publisher}.${manifest.name}`,
        displayName: manifest.displayName,
        license: manifest.license,
        vscode: manifest.engines.vscode,
        kind: manifest.extensionKind,
        activation: manifest.activationEvents,
        main: manifest.main,
        bin: manifest.bin,
        uninstall: manifest.scripts['vscode:uninstall'],
        untrusted: manifest.capabilities.untrustedWorkspaces.supported,
      },
      {
        id: 'holdfast.holdfast',
        displayName: 'Holdfast: MCP bridge',
        license: 'MIT',
        vscode: '^1.103.0',
        kind: ['workspace'],
        activation: ['onStartupFinished'],
        main: './dist/extension.cjs',
        bin: { holdfast: 'dist/holdfast.cjs' },
        uninstall: 'node ./dist/uninstall.cjs',
        untrusted: 'limited',
      },
    );
  });

  it('ships no dependency: everything is bundled', () => {
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.optionalDependencies, undefined);
  });

  it('builds against the oldest VS Code that it accepts', () => {
    assert.equal(`^${manifest.devDependencies['@types/vscode']}`, manifest.engines.vscode);
  });

  it('describes every setting and titles every command under one category', () => {
    const settings = Object.entries<Record<string, unknown>>(manifest.contributes.configuration.properties);
    assert.ok(settings.length > 0);
    for (const [key, setting] of settings) {
      assert.match(key, /^holdfast\./);
      const description = setting.markdownDescription ?? setting.description;
      assert.equal(typeof description, 'string', `${key} is not described`);
      assert.ok('default' in setting, `${key} has no default`);
    }
    for (const command of manifest.contributes.commands) {
      assert.match(command.command, /^holdfast\./);
      assert.equal(command.category, 'Holdfast', command.command);
    }
  });

  it('describes a server behind the bridge as the bridge checks it', () => {
    const { properties } = manifest.contributes.configuration;
    assert.deepEqual(properties['holdfast.upstreams'], upstreamsSetting(), 'run npm run docs');
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ['holdfast.upstreams']);
  });

  it('has an icon of 256 × 256 pixels', () => {
    const png = readFileSync(path.join(root, manifest.icon));
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
  });
});

describe('the VSIX', () => {
  let folder: string;
  let file: string;

  // Packs what .vscodeignore lets through, with stand-ins for the bundles: what is listed does not depend on their text.
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'holdfast-vsix-'));
    for (const name of ['package.json', '.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE', 'media']) {
      cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    }
    for (const name of ['dist/extension.cjs', 'dist/holdfast.cjs', 'dist/uninstall.cjs', 'dist/old.vsix']) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), '');
    }
    for (const name of [
      'server/main.ts',
      'test/a.test.ts',
      '.env',
      'node_modules/ws/index.js',
      'docs/a.md',
      '.ci/run',
    ]) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), '');
    }
    file = path.join(folder, 'dist/holdfast.vsix');
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    execFileSync(process.execPath, [vsce, 'package', ...flags, '--out', file], { cwd: folder, stdio: 'pipe' });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the bundles, the manifest, README, CHANGELOG, LICENSE and the icon, and nothing else', () => {
    assert.deepEqual(
      readVsix(file).entries.map(({ name }) => name),
      [...allowedEntries].sort(),
    );
    assert.deepEqual(vsixFaults(readVsix(file)), []);
  });

  it('is refused when it is too large, holds a stray file or misses one', () => {
    const { entries } = readVsix(file);
    const stray = { name: 'extension/.env', bytes: 1 };
    assert.deepEqual(vsixFaults({ bytes: maxVsixBytes, entries: [...entries.slice(1), stray] }), [
      'extension/.env must not be shipped',
      '[Content_Types].xml is missing',
      `${maxVsixBytes} bytes, allowed are fewer than ${maxVsixBytes}`,
    ]);
  });
});
