import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import { statOf } from './document.ts';
import { isShowable } from './library-sources.ts';
import { splitLines } from './text-lines.ts';
import { openDocumentOf } from './workspace-path.ts';

/**
 * Lines of files as the editor has them: from the buffer where there is one, else from the disk. Opening each file of a
 * long answer would push other documents out: VS Code keeps about 50 that extensions opened.
 */
export class FileLines {
  readonly #files = new Map<string, Promise<readonly string[] | undefined>>();

  /** The file's lines, read once; undefined when it cannot be read, or may not be shown. */
  lines(uri: vscode.Uri): Promise<readonly string[] | undefined> {
    const key = uri.toString();
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const reading = read(uri);
    this.#files.set(key, reading);
    return reading;
  }

  /** Line `line`, from 1, without leading white space and cut where it is very long; undefined when there is none. */
  async shown(uri: vscode.Uri, line: number): Promise<string | undefined> {
    const text = (await this.lines(uri))?.[line - 1];
    return text === undefined ? undefined : shortened(text.trim());
  }

  /** Lines `from` to `to`, from 1 and both included, each cut where it is very long. */
  async block(uri: vscode.Uri, from: number, to: number): Promise<string | undefined> {
    return (await this.lines(uri))
      ?.slice(from - 1, to)
      .map(shortened)
      .join('\n');
  }
}

function shortened(line: string): string {
  return line.length <= limits.symbolLineMaxChars ? line : `${line.slice(0, limits.symbolLineMaxChars)}…`;
}

async function read(uri: vscode.Uri): Promise<readonly string[] | undefined> {
  if (!isShowable(uri)) return undefined;
  const open = openDocumentOf(uri);
  if (open !== undefined) return splitLines(open.getText());
  const stat = await statOf(uri);
  if (stat === undefined || stat.size > limits.fileMaxBytes) return undefined;
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return splitLines(await vscode.workspace.decode(bytes, { uri }));
  } catch {
    // Gone since, or not text: the place stands without its line.
    return undefined;
  }
}
