import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { ReviewFile, Reviews } from '../reviews/reviews.ts';
import { byteOrderMark, withoutMark } from '../tools/support/text-lines.ts';

/** The right side of a review's diff: a document in memory that the person may edit. */
export const proposalScheme = 'holdfast-review';
const baseScheme = 'holdfast-review-base';

interface Held {
  readonly createdMs: number;
  changedMs: number;
  bytes: Uint8Array;
}

/** Both sides of the diffs. Nothing of it is on disk, and it goes with the review. */
export class ReviewDocuments implements Disposable {
  readonly #reviews: Reviews;
  readonly #store = new DisposableStore();
  readonly #bases = this.#store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #changes = this.#store.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly #held = new Map<string, Held>();

  constructor({ reviews, wallMs }: { readonly reviews: Reviews; readonly wallMs: () => number }) {
    this.#reviews = reviews;
    this.#store.add(
      vscode.workspace.registerTextDocumentContentProvider(baseScheme, {
        onDidChange: this.#bases.event,
        provideTextDocumentContent: (uri) => reviews.find(keyOf(uri))?.base ?? '',
      }),
    );
    this.#store.add(vscode.workspace.registerFileSystemProvider(proposalScheme, this.#provider(wallMs)));
    this.#store.add(
      reviews.onDidOpen(({ files }) => {
        for (const { key, proposed } of files) {
          const nowMs = wallMs();
          this.#held.set(key, {
            createdMs: nowMs,
            changedMs: nowMs,
            bytes: encode(proposed),
          });
        }
      }),
    );
  }

  sides(file: ReviewFile): { readonly base: vscode.Uri; readonly proposal: vscode.Uri } {
    return { base: uriOf(baseScheme, file), proposal: uriOf(proposalScheme, file) };
  }

  /** The file that a side shows, while it waits. */
  fileOf(uri: vscode.Uri): ReviewFile | undefined {
    return uri.scheme === proposalScheme ? this.#reviews.find(keyOf(uri)) : undefined;
  }

  /** As the person sees it now, saved or not. */
  proposedText(file: ReviewFile): string {
    return this.#openProposal(file)?.getText() ?? new TextDecoder().decode(this.#held.get(file.key)?.bytes);
  }

  /** The left side shows the file's base anew. */
  refresh(file: ReviewFile): void {
    this.#bases.fire(this.sides(file).base);
  }

  /**
   * What the person typed in a proposal counts no more: it is saved in memory, so that closing its tab asks nothing, and goes.
   *
   * @param close closes the tabs of the proposal
   */
  async release(file: ReviewFile, close: () => Promise<void>): Promise<void> {
    const open = this.#openProposal(file);
    if (open?.isDirty === true) await open.save();
    await close();
    this.#held.delete(file.key);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #openProposal(file: ReviewFile): vscode.TextDocument | undefined {
    const wanted = this.sides(file).proposal.toString();
    return vscode.workspace.textDocuments.find(({ uri, isClosed }) => !isClosed && uri.toString() === wanted);
  }

  #provider(wallMs: () => number): vscode.FileSystemProvider {
    const heldAt = (uri: vscode.Uri): Held => {
      const held = this.#held.get(keyOf(uri));
      if (held === undefined) throw vscode.FileSystemError.FileNotFound(uri);
      return held;
    };
    const refuse = (uri: vscode.Uri): never => {
      throw vscode.FileSystemError.NoPermissions(uri);
    };
    return {
      onDidChangeFile: this.#changes.event,
      watch: () => new vscode.Disposable(() => {}),
      stat: (uri) => {
        const { createdMs, changedMs, bytes } = heldAt(uri);
        return { type: vscode.FileType.File, ctime: createdMs, mtime: changedMs, size: bytes.length };
      },
      readFile: (uri) => heldAt(uri).bytes,
      writeFile: (uri, bytes) => {
        const held = heldAt(uri);
        held.bytes = bytes;
        held.changedMs = wallMs();
        this.#changes.fire([{ type: vscode.FileChangeType.Changed, uri }]);
      },
      readDirectory: () => [],
      createDirectory: refuse,
      delete: refuse,
      rename: refuse,
    };
  }
}

/** Led by the mark VS Code takes the bytes for UTF-8, whatever encoding the settings give to such files. */
function encode(text: string): Uint8Array {
  return new TextEncoder().encode(byteOrderMark + withoutMark(text));
}

/** Ends in the file's own path, so that it is coloured as the file is. */
function uriOf(scheme: string, { key, path }: ReviewFile): vscode.Uri {
  return vscode.Uri.from({ scheme, authority: key, path: `/${path.replace(/^\/+/, '')}` });
}

function keyOf({ authority }: vscode.Uri): string {
  return authority;
}
