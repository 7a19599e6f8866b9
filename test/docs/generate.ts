/** `npm run docs`: writes the generated parts of the documentation. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { catalog } from '../../shared/catalog.ts';
import { toolReference, withToolTable } from './tool-reference.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readme = path.join(root, 'README.md');

writeFileSync(readme, withToolTable(readFileSync(readme, 'utf8'), catalog));
writeFileSync(path.join(root, 'docs/tools.md'), toolReference(catalog));
