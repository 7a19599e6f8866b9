/** One run: a VS Code on a generated project, edits by this process on the disk, and every answer held against the truth. */
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Agent } from '../host/agent.ts';
import { openWindow } from '../host/browser.ts';
import { until } from '../host/deadline.ts';
import type { Host } from '../host/host.ts';
import { Stage } from '../host/stage.ts';
import { pseudoRandom } from '../support/pseudo-random.ts';
import { planEdits } from './edit-plan.ts';
import { Editor, type Timed } from './editor.ts';
import { type Edit, Edits } from './edits.ts';
import { buildModules, type Module, Project, textOf } from './project.ts';
import { referencesOnDisk, symbolOf } from './references.ts';
import { compile, textOnDisk } from './truth.ts';
import { type Judged, judgeDiagnostics, judgeReferences, judgeText } from './verdict.ts';

export interface TruthOptions {
  readonly vsix: string;
  readonly seed: number;
  readonly files: number;
  readonly edits: number;
  /** Windows opened anew for the first calls. */
  readonly coldStarts: number;
  readonly tabs: number;
  readonly print: (line: string) => void;
}

export interface TruthResults {
  readonly judged: readonly Judged[];
  /** Milliseconds of each call, by tool; those of a cold window apart. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** Tabs and unsaved files that the reading tools left behind. */
  readonly leftBehind: string | undefined;
}

const windowMs = 90_000;

export async function runTruth(options: TruthOptions): Promise<TruthResults> {
  const random = pseudoRandom(options.seed);
  const stage = await Stage.open({
    vsix: options.vsix,
    // Tabs that stay.
    userSettings: { 'workbench.editor.enablePreview': false },
  });
  try {
    const project = new Project(path.join(stage.scratch.dir, 'project'), buildModules(options.files, random));
    project.writeAll();
    const page = await stage.window(project.dir);
    const run = new Run({ agent: await stage.agent(), host: stage.host, page, project, random, options });
    for (let round = 0; round < options.coldStarts; round += 1) await run.coldStart(round);
    await run.warm();
    return run.results();
  } finally {
    await stage.close();
  }
}

interface RunDeps {
  readonly agent: Agent;
  readonly host: Host;
  readonly page: Page;
  readonly project: Project;
  readonly random: () => number;
  readonly options: TruthOptions;
}

class Run {
  readonly #deps: RunDeps;
  readonly #judged: Judged[] = [];
  readonly #times = new Map<string, number[]>();
  readonly #unsaved = new Map<string, string>();
  #leftBehind: string | undefined;

  constructor(deps: RunDeps) {
    this.#deps = deps;
  }

  results(): TruthResults {
    return { judged: this.#judged, times: this.#times, leftBehind: this.#leftBehind };
  }

  /** The first calls on a window that has only just come up, right after an edit. */
  async coldStart(round: number): Promise<void> {
    const { page, host, project, random } = this.#deps;
    const editor = await this.#editor();
    const module = project.modules[Math.floor(random() * 20)];
    if (module === undefined) throw new Error('the project is empty');
    module.flow = module.flow === 'string' ? 'number' : 'string';
    project.write(module);
    const asked = [
      module.path,
      ...project
        .dependentsOf(module)
        .slice(0, 3)
        .map((other) => other.path),
    ];
    await this.#ask(editor, { kind: 'own error', asked }, `cold start`);
    this.#deps.options.print(`cold start ${round + 1}`);
    await page.goto('about:blank');
    await until('the old window is gone', windowMs, async () => (await this.#windowState()) === 'reconnecting');
    await openWindow(page, host, project.dir);
  }

  async warm(): Promise<void> {
    const { project, random, options } = this.#deps;
    const editor = await this.#editor();
    const tabs: Module[] = [];
    while (tabs.length < options.tabs) {
      const module = project.modules[Math.floor(random() * project.modules.length)];
      if (module === undefined || tabs.includes(module)) continue;
      await editor.openTab(module.path);
      tabs.push(module);
    }
    const typeInto = async (module: Module) => {
      const old = `// revision ${module.revision}\n`;
      const typed = `${old}// not saved\n`;
      await editor.edit(module.path, old, typed);
      this.#unsaved.set(module.path, textOf(module).replace(old, typed));
    };
    const edits = new Edits({ project, random, tabs, typeInto });
    const before = await editor.context();
    for (const kind of planEdits(options.edits, random)) {
      // From then on there is something unsaved, and that is what was wanted.
      if (kind === 'under unsaved work' && this.#unsaved.size === 0)
        this.#leftBehind = difference(before, await editor.context());
      const edit = await edits.make(kind);
      await this.#ask(editor, edit, kind);
    }
    if (this.#unsaved.size === 0) this.#leftBehind = difference(before, await editor.context());
  }

  /** Asks everything at the same moment, as agents do, and holds the answers against the truth. */
  async #ask(editor: Editor, edit: Edit, kind: string): Promise<void> {
    const { project } = this.#deps;
    const [first = ''] = edit.asked;
    const [diagnostics, text, related, goneText, goneDiagnostics] = await Promise.all([
      editor.diagnostics(edit.asked),
      editor.read(first),
      editor.references(first, symbolOf(first)),
      edit.gone === undefined ? undefined : editor.read(edit.gone),
      edit.gone === undefined ? undefined : editor.diagnostics([edit.gone]),
    ]);
    const cold = kind === 'cold start';
    this.#time(cold ? 'get_diagnostics (cold)' : 'get_diagnostics', diagnostics);
    if (!cold) this.#time(`… after "${kind}"`, diagnostics);
    this.#time(cold ? 'read_buffer (cold)' : 'read_buffer', text);
    this.#time(cold ? 'find_related (cold)' : 'find_related', related);
    const errors = await compile(project.dir, `${project.dir}-mirror`, this.#unsaved);
    const conflict = edit.conflict === true;
    const refused = (tool: string, file: string, { refusal }: Timed<unknown>) =>
      this.#judge({ tool, kind, verdict: 'wrong', detail: `${file}: refused with ${refusal}` });
    if (diagnostics.answer === undefined) refused('get_diagnostics', first, diagnostics);
    for (const file of edit.asked.filter(() => diagnostics.answer !== undefined)) {
      const answer = diagnostics.answer?.files.find((other) => other.path === file);
      if (answer === undefined) refused('get_diagnostics', file, diagnostics);
      else
        this.#judge({
          tool: 'get_diagnostics',
          kind,
          ...named(file, judgeDiagnostics(answer, errors.get(file) ?? [], conflict)),
        });
    }
    if (text.answer === undefined) refused('read_buffer', first, text);
    else {
      const truth = this.#unsaved.get(first) ?? textOnDisk(project.dir, first);
      this.#judge({ tool: 'read_buffer', kind, ...named(first, judgeText(text.answer, truth, conflict)) });
    }
    if (related.answer === undefined) refused('find_related', first, related);
    else {
      const truth = referencesOnDisk(project.dir, first, this.#unsaved);
      this.#judge({ tool: 'find_related', kind, ...named(first, judgeReferences(related.answer, truth, conflict)) });
    }
    if (edit.gone === undefined || goneText === undefined || goneDiagnostics === undefined) return;
    const [held] = goneDiagnostics.answer?.files ?? [];
    const saidGone = goneDiagnostics.refusal === 'not_found' || (held !== undefined && !held.freshness.diskInSync);
    this.#judge({
      tool: 'get_diagnostics',
      kind,
      verdict: saidGone ? 'right' : 'wrong',
      detail: `${edit.gone}: gone, but ${JSON.stringify(held)}`,
    });
    if (goneText.answer !== undefined)
      this.#judge({ tool: 'read_buffer', kind, ...named(edit.gone, judgeText(goneText.answer, undefined, false)) });
    else if (goneText.refusal === 'not_found')
      this.#judge({ tool: 'read_buffer', kind, verdict: 'right', detail: 'not found' });
    else refused('read_buffer', edit.gone, goneText);
  }

  #judge(judged: Judged): void {
    this.#judged.push(judged);
    if (judged.verdict !== 'right')
      this.#deps.options.print(`${judged.verdict}: ${judged.tool} after "${judged.kind}": ${judged.detail}`);
  }

  #time(tool: string, { ms }: Timed<unknown>): void {
    this.#times.set(tool, [...(this.#times.get(tool) ?? []), ms]);
  }

  async #windowState(): Promise<string | undefined> {
    return (await this.#deps.agent.windows())[0]?.readiness;
  }

  /** The tools, as soon as the window is there for them. */
  async #editor(): Promise<Editor> {
    await until('the window', windowMs, async () => (await this.#windowState()) === 'ready');
    return new Editor(this.#deps.agent);
  }
}

function named<T extends { readonly detail: string }>(file: string, judged: T): T {
  return { ...judged, detail: `${file}: ${judged.detail}` };
}

function difference(before: string, after: string): string | undefined {
  return before === after ? undefined : `before ${before}, after ${after}`;
}
