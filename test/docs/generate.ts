/**
 * `npm run docs`: writes the generated parts of the documentation. The tools' examples are what the last run of the editor
 * suite recorded, where there was one.
 */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { catalog } from '../../shared/catalog.ts';
import { type Examples, toolReference, withToolTable } from './tool-reference.ts';
import { upstreamsSetting } from './upstreams-setting.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readme = path.join(root, 'README.md');

const examplesFile = path.join(import.meta.dirname, 'tool-examples.json');
const recorded = path.join(root, 'out/tool-examples.json');
if (existsSync(recorded)) copyFileSync(recorded, examplesFile);
const examples: Examples = JSON.parse(readFileSync(examplesFile, 'utf8'));

writeFileSync(readme, withToolTable(readFileSync(readme, 'utf8'), catalog));
writeFileSync(path.join(root, 'docs/tools.md'), toolReference(catalog, examples));

const manifestFile = path.join(root, 'package.json');
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
manifest.contributes.configuration.properties['holdfast.upstreams'] = upstreamsSetting();
writeFileSync(manifestFile, `${JSON.stringify(manifest, undefined, 2)}\n`);
