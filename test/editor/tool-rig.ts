/** The tools' handlers in this window, and a folder of its own for each group of tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ApprovalRequest } from '../../extension/approvals/approvals.ts';
import { Reviews } from '../../extension/reviews/reviews.ts';
import { createHandlers, type EditorHandlers } from '../../extension/tools/handlers.ts';
import type { ToolContext } from '../../extension/tools/tool-context.ts';
import { systemClock } from '../../shared/clock.ts';
import { type ErrorCode, HoldfastError } from '../../shared/errors.ts';
import { createLog } from '../../shared/log.ts';

export interface ToolRig {
  readonly tools: EditorHandlers['table'];
  readonly context: ToolContext;
  readonly person: Person;
  readonly reviews: Reviews;
  /** Path of a file in the group's folder, as an agent names it. */
  name(file: string): string;
  uri(file: string): vscode.Uri;
  /** Writes a file from another process, unseen by VS Code. */
  write(file: string, text: string): void;
  read(file: string): string;
  /** Puts a file on disk and in a tab. */
  show(file: string, text: string): Promise<vscode.TextEditor>;
  /** Types into a document, which leaves it unsaved. */
  type(file: string, line: number, character: number, text: string): Promise<vscode.TextDocument>;
  dispose(): Promise<void>;
}

/** Who is asked about protected files, and says no unless a test says otherwise. */
class Person {
  readonly asked: ApprovalRequest[] = [];
  allows = false;

  readonly approve = async (request: ApprovalRequest): Promise<void> => {
    this.asked.push(request);
    if (!this.allows) throw new HoldfastError('approval_denied', 'The person said no.', { hint: 'Go on without it.' });
  };

  /** What they were asked since the last time. */
  take(): string[] {
    return this.asked.splice(0).map(({ what }) => what);
  }
}

export function workspaceRoot(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return folder.uri.fsPath;
}

/** @param group names the folder below `src` that the group has for itself */
export function createToolRig(group: string): ToolRig {
  const folder = path.join(workspaceRoot(), 'src', group);
  const reviews = createReviews();
  const handlers = createHandlers({ clock: systemClock, epoch: `test-${group}`, reviews });
  const at = (file: string) => path.join(folder, file);
  mkdirSync(folder, { recursive: true });
  const person = new Person();
  const rig: ToolRig = {
    tools: handlers.table,
    context: { ...createToolContext(), approve: person.approve },
    person,
    reviews,
    name: (file) => `src/${group}/${file}`,
    uri: (file) => vscode.Uri.file(at(file)),
    write: (file, text) => writeFromOutside(at(file), text),
    read: (file) => readFileSync(at(file), 'utf8'),
    async show(file, text) {
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
      return vscode.window.showTextDocument(rig.uri(file), { preview: false });
    },
    async type(file, line, character, text) {
      const document = await vscode.workspace.openTextDocument(rig.uri(file));
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(line, character), text);
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(document.isDirty);
      return document;
    },
    async dispose() {
      handlers.dispose();
      reviews.dispose();
      await closeAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Two projects in a folder beside the group's own: `b` uses `shared` of `a`, three times. */
export function writeTwoProjects(rig: ToolRig, folder: string): void {
  for (const name of ['a', 'b']) rig.write(`${folder}/${name}/tsconfig.json`, '{ "include": ["src"] }\n');
  rig.write(`${folder}/a/src/lib.ts`, 'export const shared = 1;\n');
  rig.write(
    `${folder}/b/src/use.ts`,
    "import { shared } from '../../a/src/lib';\nexport const twice = shared + shared;\n",
  );
}

/** Reviews without their editors. */
export function createReviews(): Reviews {
  let ids = 0;
  return new Reviews({ clock: systemClock, log: createLog(() => {}), newId: () => `r${++ids}` });
}

export function createToolContext(signal: AbortSignal = new AbortController().signal): ToolContext {
  return {
    signal,
    clock: systemClock,
    log: createLog(() => {}),
    agent: { name: 'test', version: '1' },
    progress: () => {},
    approve: () => Promise.reject(new Error('no question was expected')),
  };
}

function writeFromOutside(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const script = 'require("node:fs").writeFileSync(process.argv[1], process.argv[2])';
  execFileSync(process.execPath, ['-e', script, file, text], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
}

/** Closes every tab and gives unsaved work up. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** What the person sees and what could be lost: no reading tool may change any of it. */
export function visibleState() {
  const tabs = vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.map(
      (tab) =>
        `${group.viewColumn} ${tab.label}${tab.isActive ? ' active' : ''}${tab.isDirty ? ' dirty' : ''}${tab.isPreview ? ' preview' : ''}`,
    ),
  );
  const editor = vscode.window.activeTextEditor;
  const { start, end } = editor?.selection ?? {};
  return {
    tabs,
    active: editor?.document.uri.toString(),
    selection: [start?.line, start?.character, end?.line, end?.character],
    // VS Code's own settings files are unsaved for a moment when it starts.
    dirty: vscode.workspace.textDocuments
      .filter(({ isDirty, uri }) => isDirty && vscode.workspace.getWorkspaceFolder(uri) !== undefined)
      .map(({ uri }) => uri.toString()),
  };
}

/** Runs `work` and checks that the person noticed nothing. */
export async function unseen<T>(work: () => Promise<T>): Promise<T> {
  const before = visibleState();
  const result = await work();
  assert.deepEqual(visibleState(), before);
  return result;
}

/** The error that a tool answers; anything else fails the test. */
export async function refusal(code: ErrorCode, call: Promise<unknown>): Promise<HoldfastError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof HoldfastError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new assert.AssertionError({ message: `expected ${code}, but the call succeeded` });
}
