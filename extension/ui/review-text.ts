import type { ReviewFile } from '../reviews/reviews.ts';
import { oneLine, shortName } from './one-line.ts';
import type { WaitingView } from './waiting-item.ts';

/** What the person reads of the reviews that wait. No `vscode`, so that it is tested as text. */
export function presentReviews(files: readonly ReviewFile[]): WaitingView | undefined {
  if (files.length === 0) return undefined;
  const count = files.length === 1 ? '1 proposal' : `${files.length} proposals`;
  return {
    text: `$(git-compare) Holdfast: ${count}`,
    label: `Holdfast: ${count} to review`,
    tooltip: ['Agents propose changes for you to review:', ...files.map((file) => `• ${describeProposal(file)}`)].join(
      '\n',
    ),
  };
}

/** In one line: what is proposed by whom. */
export function describeProposal(file: ReviewFile): string {
  const { path, base } = file;
  return `${oneLine(path)}${base === undefined ? ' (new file)' : ''}, proposed by ${proposerOf(file)}`;
}

export function proposerOf({ review: { agent } }: ReviewFile): string {
  return shortName(agent.name);
}
