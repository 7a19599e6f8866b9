/** The edits that another process makes on the disk, drawn at random but repeatable. */
import { type EditKind, shuffle } from './edit-plan.ts';
import { type Module, type Project, pathOf } from './project.ts';

export interface Edit {
  readonly kind: EditKind;
  /** Files to ask about; the first is also read. */
  readonly asked: readonly string[];
  /** A file that the edit took away. */
  readonly gone?: string;
  /** The first file has unsaved changes, which the edit went under. */
  readonly conflict?: true;
}

export interface EditorDeps {
  readonly project: Project;
  readonly random: () => number;
  /** Modules with a tab in the editor. */
  readonly tabs: readonly Module[];
  /** Makes an unsaved change at the top of a file. */
  readonly typeInto: (module: Module) => Promise<void>;
}

/** Makes edits on the disk and remembers what the second of a pair has to undo. */
export class Edits {
  readonly #deps: EditorDeps;
  readonly #undo = new Map<EditKind, () => Omit<Edit, 'kind'>>();

  constructor(deps: EditorDeps) {
    this.#deps = deps;
  }

  async make(kind: EditKind): Promise<Edit> {
    if (kind === 'under unsaved work') return { kind, ...(await this.#underUnsavedWork()) };
    return { kind, ...this.#make(kind) };
  }

  #make(kind: Exclude<EditKind, 'under unsaved work'>): Omit<Edit, 'kind'> {
    switch (kind) {
      case 'own error': {
        const module = this.#pick();
        module.ownError = !module.ownError;
        this.#write(module);
        return { asked: [module.path, ...this.#dependents(module, 1)] };
      }
      case 'type of an export': {
        const module = this.#pick((other) => this.#deps.project.dependentsOf(other).length > 1);
        module.flow = module.flow === 'string' ? 'number' : 'string';
        this.#write(module);
        return { asked: [module.path, ...this.#dependents(module, 3)] };
      }
      case 'import of a file to come':
        return this.#importAhead();
      case 'file deleted':
        return this.#deleteFile((module) => !this.#deps.tabs.includes(module), 'file restored');
      case 'file deleted under its tab':
        return this.#deleteFile((module) => this.#deps.tabs.includes(module), 'file restored under its tab');
      case 'file renamed':
        return this.#renameFile();
      case 'folder renamed':
        return this.#renameFolder();
      case 'file created':
      case 'file restored':
      case 'file restored under its tab':
      case 'imports follow the rename':
      case 'folder renamed back': {
        const undo = this.#undo.get(kind);
        // A short row may hold only the second of a pair.
        return undo === undefined ? this.#make('own error') : undo();
      }
      case 'many files at once': {
        const changed = Array.from({ length: 30 }, () => this.#pick());
        for (const module of new Set(changed)) {
          module.ownError = !module.ownError;
          this.#write(module);
        }
        return { asked: unique([...changed.slice(0, 5).map((module) => module.path)]) };
      }
      case 'project configuration': {
        const { project } = this.#deps;
        project.strict = !project.strict;
        project.writeConfig();
        const judged = shuffle(
          this.#present().filter(({ id }) => id % 10 === 0),
          this.#deps.random,
        ).slice(0, 3);
        return { asked: judged.map((module) => module.path) };
      }
    }
  }

  #importAhead(): Omit<Edit, 'kind'> {
    const { project } = this.#deps;
    const user = this.#pick();
    const id = project.modules.length;
    const ahead = {
      id,
      path: pathOf(id),
      imports: [],
      flow: 'number',
      ownError: false,
      revision: 0,
      exists: false,
    } as const;
    const module: Module = { ...ahead, imports: [], flow: this.#deps.random() < 0.5 ? 'number' : 'string' };
    project.modules.push(module);
    user.imports.push({ id, path: module.path });
    this.#write(user);
    this.#undo.set('file created', () => {
      this.#write(module);
      return { asked: this.#deps.random() < 0.5 ? [user.path] : [module.path, user.path] };
    });
    return { asked: [user.path] };
  }

  #deleteFile(suits: (module: Module) => boolean, back: EditKind): Omit<Edit, 'kind'> {
    const { project } = this.#deps;
    const module = this.#pick((other) => project.dependentsOf(other).length > 0 && suits(other));
    const asked = this.#dependents(module, 2);
    project.remove(module);
    this.#undo.set(back, () => {
      this.#write(module);
      return { asked: [module.path, ...this.#dependents(module, 2)] };
    });
    return { asked, gone: module.path };
  }

  #renameFile(): Omit<Edit, 'kind'> {
    const { project } = this.#deps;
    const module = this.#pick((other) => project.dependentsOf(other).length > 0 && !this.#deps.tabs.includes(other));
    const gone = module.path;
    project.rename(module, gone.replace(/(-\d+)?\.ts$/, `-${project.modules.length + module.revision}.ts`));
    this.#undo.set('imports follow the rename', () => {
      const users = project.dependentsOf(module);
      for (const user of users) {
        for (const other of user.imports) if (other.id === module.id) other.path = module.path;
        this.#write(user);
      }
      return { asked: this.#dependents(module, 4) };
    });
    return { asked: [module.path, ...this.#dependents(module, 2)], gone };
  }

  #renameFolder(): Omit<Edit, 'kind'> {
    const { project } = this.#deps;
    const from = 'src/area2';
    const to = 'src/area2-moved';
    const inside = () => this.#present().filter((module) => /^src\/area2(-moved)?\//.test(module.path));
    const outside = unique(inside().flatMap((module) => this.#dependents(module, 1)))
      .filter((file) => !file.startsWith(`${from}/`))
      .slice(0, 2);
    const gone = inside()[0]?.path ?? from;
    const asked = () => [
      ...inside()
        .slice(0, 2)
        .map((module) => module.path),
      ...outside,
    ];
    project.renameFolder(from, to);
    this.#undo.set('folder renamed back', () => {
      project.renameFolder(to, from);
      return { asked: asked() };
    });
    return { asked: asked(), gone };
  }

  async #underUnsavedWork(): Promise<Omit<Edit, 'kind'>> {
    const module = this.#deps.tabs.find((tab) => tab.exists && !this.#held.has(tab));
    if (module === undefined) return this.#make('own error');
    this.#held.add(module);
    await this.#deps.typeInto(module);
    module.ownError = !module.ownError;
    this.#write(module);
    return { asked: [module.path], conflict: true };
  }
  readonly #held = new Set<Module>();

  #present(): Module[] {
    return this.#deps.project.modules.filter((module) => module.exists);
  }

  /** Half of the time one with a tab. */
  #pick(suits: (module: Module) => boolean = () => true): Module {
    const { random, tabs } = this.#deps;
    const free = (modules: readonly Module[]) =>
      modules.filter((module) => module.exists && !this.#held.has(module) && suits(module));
    const inTabs = free(tabs);
    const from = inTabs.length > 0 && random() < 0.5 ? inTabs : free(this.#deps.project.modules);
    const picked = from[Math.floor(random() * from.length)];
    if (picked === undefined) throw new Error('no module suits this edit');
    return picked;
  }

  #dependents(module: Module, max: number): string[] {
    return shuffle(this.#deps.project.dependentsOf(module), this.#deps.random)
      .slice(0, max)
      .map((other) => other.path);
  }

  #write(module: Module): void {
    module.revision += 1;
    this.#deps.project.write(module, this.#deps.random() < 0.5 ? 'replaced' : 'in place');
  }
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
