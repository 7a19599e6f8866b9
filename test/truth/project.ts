/** A generated TypeScript project: what it should look like is kept here, what it looks like is on the disk. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Import {
  readonly id: number;
  /** Where the specifier points; the module itself may have moved on. */
  path: string;
}

export interface Module {
  readonly id: number;
  /** Relative to the project, with `/`. */
  path: string;
  imports: Import[];
  /** What `flow` is: a value of its own, or that of the first import. */
  flow: 'number' | 'string' | 'pass';
  ownError: boolean;
  revision: number;
  exists: boolean;
}

const hubId = 0;
const areaSize = 20;

export function buildModules(count: number, random: () => number): Module[] {
  const modules: Module[] = [];
  for (let id = 0; id < count; id += 1) {
    const wanted = id < areaSize ? 0 : 1 + Math.floor(random() * 3);
    // Every third module knows the hub; the rest is drawn from the modules before it, so there are chains.
    const ids = new Set(id >= areaSize && id % 3 === 0 ? [hubId] : []);
    while (ids.size < wanted) ids.add(1 + Math.floor(random() * (id - 1)));
    const imports = [...ids].toSorted((a, b) => b - a).map((other) => ({ id: other, path: pathOf(other) }));
    const flow = imports.length > 0 && random() < 0.6 ? 'pass' : 'number';
    modules.push({ id, path: pathOf(id), imports, flow, ownError: false, revision: 0, exists: true });
  }
  return modules;
}

export function pathOf(id: number): string {
  return `src/area${Math.floor(id / areaSize)}/module${id}.ts`;
}

export function textOf({ id, path: own, imports, flow, ownError, revision }: Module): string {
  const [first] = imports;
  const value =
    flow === 'pass' && first !== undefined ? `flow${first.id}` : flow === 'string' ? `'text ${id}'` : `${id}`;
  return [
    `// revision ${revision}`,
    ...imports.map((other) => `import { flow${other.id} } from '${specifier(own, other.path)}';`),
    '',
    `export interface Shape${id} {`,
    '  readonly label: string;',
    '  readonly size: number;',
    '}',
    '',
    `export const flow${id} = ${value};`,
    ...imports.map((other) => `export const seen${id}of${other.id}: number = flow${other.id};`),
    '',
    `export function describe${id}({ label, size }: Shape${id}): string {`,
    `  return \`\${label} \${size} \${flow${id}}\`;`,
    '}',
    // An error only where null is checked strictly, which the project's configuration decides.
    ...(id % 10 === 0 ? [`export const loose${id}: number = [${id}].at(0);`] : []),
    ...(ownError ? [`export const wrong${id}: number = 'wrong';`] : []),
    '',
  ].join('\n');
}

function specifier(from: string, to: string): string {
  const relative = path.posix.relative(path.posix.dirname(from), to).replace(/\.ts$/, '');
  return relative.startsWith('.') ? relative : `./${relative}`;
}

/** How other programs write: most agents put a new file in the place of the old one. */
export type WriteMode = 'in place' | 'replaced';

export class Project {
  readonly dir: string;
  readonly modules: Module[];
  strict = false;
  #written = 0;

  constructor(dir: string, modules: Module[]) {
    this.dir = dir;
    this.modules = modules;
  }

  file(relative: string): string {
    return path.join(this.dir, relative);
  }

  writeAll(): void {
    this.writeConfig();
    for (const module of this.modules) this.write(module);
  }

  writeConfig(): void {
    const compilerOptions = {
      target: 'ES2022',
      lib: ['ES2022'],
      module: 'ESNext',
      moduleResolution: 'bundler',
      types: [],
      strict: this.strict,
      noEmit: true,
    };
    this.#put('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }, undefined, 2), 'in place');
  }

  write(module: Module, mode: WriteMode = 'in place'): void {
    module.exists = true;
    this.#put(module.path, textOf(module), mode);
  }

  remove(module: Module): void {
    module.exists = false;
    rmSync(this.file(module.path));
  }

  rename(module: Module, to: string): void {
    renameSync(this.file(module.path), this.file(to));
    module.path = to;
  }

  renameFolder(from: string, to: string): void {
    renameSync(this.file(from), this.file(to));
    for (const module of this.modules)
      if (module.path.startsWith(`${from}/`)) module.path = to + module.path.slice(from.length);
  }

  #put(relative: string, text: string, mode: WriteMode): void {
    const file = this.file(relative);
    mkdirSync(path.dirname(file), { recursive: true });
    if (mode === 'in place') {
      writeFileSync(file, text);
      return;
    }
    this.#written += 1;
    const beside = `${file}.${this.#written}.tmp`;
    writeFileSync(beside, text);
    renameSync(beside, file);
  }

  /** The modules that import one, directly. */
  dependentsOf({ id }: Module): Module[] {
    return this.modules.filter((module) => module.exists && module.imports.some((other) => other.id === id));
  }
}
