/**
 * What a call is to do, as the path of its document: agents have no other way to tell a tool that takes its input as it
 * is. Both ends use this.
 */
export interface Work {
  /** Names the effect. */
  readonly op: string;
  /** How long the handler works; the effect comes in the middle. */
  readonly workMs: number;
  /** Of the text in the answer. */
  readonly answerChars: number;
}

export function workPath(folder: string, { op, workMs, answerChars }: Work): string {
  return `${folder}/${op}.${workMs}.${answerChars}`;
}

export function parseWork(path: string): Work {
  const [op = '', workMs, answerChars] = path.slice(path.lastIndexOf('/') + 1).split('.');
  if (op === '') throw new Error(`${path} names no work`);
  return { op, workMs: Number(workMs), answerChars: Number(answerChars) };
}
