import type { ReviewFile } from '../reviews/reviews.ts';
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

/** In one line. The name is the agent's own word for itself. */
export function describeProposal({ path, base, review: { agent } }: ReviewFile): string {
  const name = agent.name.replaceAll(/\s+/g, ' ');
  return `${path}${base === undefined ? ' (new file)' : ''}, proposed by ${name}`;
}
