import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import { protectedPart } from './protected-path.ts';
import { resolveTarget, shownPath, type Target } from './workspace-path.ts';

/** Code only: a link in a document could lead a server to any other file of the person. */
const code =
  /\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|kts?|scala|cs|fs|rb|php|swift|lua|dart|c|cc|cpp|cxx|h|hh|hpp|hxx|m|mm|zig|css|scss|less)$/i;

/** Whether a document may be shown to agents: it belongs to the workspace or has no file, or it is code of a library. */
export function isShowable(uri: vscode.Uri): boolean {
  if (uri.scheme === 'untitled' || vscode.workspace.getWorkspaceFolder(uri) !== undefined) return true;
  return code.test(uri.path) && protectedPart(uri.path) === undefined;
}

/**
 * Sources outside the workspace that language servers have pointed to: agents may read these, and no others, by the name
 * under which they were shown.
 */
export class LibrarySources {
  /** By shown name; the oldest first. */
  readonly #uris = new Map<string, vscode.Uri>();

  note(uri: vscode.Uri): void {
    if (vscode.workspace.getWorkspaceFolder(uri) !== undefined || uri.scheme === 'untitled' || !isShowable(uri)) return;
    this.#uris.set(shownPath(uri), uri);
    for (const oldest of this.#uris.keys()) {
      if (this.#uris.size <= limits.librarySourcesMax) break;
      this.#uris.delete(oldest);
    }
  }

  /** What an agent may read under this name. @throws HoldfastError as `resolveTarget` */
  async resolve(input: string): Promise<Target> {
    const uri = this.#uris.get(input);
    // Nothing is written there by any tool; the mark makes sure of it.
    return uri === undefined ? resolveTarget(input) : { uri, shown: input, protectedPart: input };
  }
}
