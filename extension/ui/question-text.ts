/** What the person reads of the questions. No `vscode`, so that it is tested as text. */
import { limits } from '../../shared/limits.ts';
import type { ApprovalRequest, Question } from '../approvals/approvals.ts';
import type { WorkspaceServer } from '../servers/window-servers.ts';
import { oneLine, shortName, withoutIcons } from './one-line.ts';
import { serverLabel } from './server-text.ts';
import type { WaitingView } from './waiting-item.ts';

function countQuestions(count: number): string {
  return count === 1 ? '1 question' : `${count} questions`;
}

/** Undefined when there is none to show. */
export function presentQuestions(
  questions: readonly Question[],
  servers: readonly WorkspaceServer[],
): WaitingView | undefined {
  if (questions.length + servers.length === 0) return undefined;
  const count = countQuestions(questions.length + servers.length);
  const agents = 'An agent waits for your answer';
  const workspace = 'This workspace wants to use MCP servers';
  return {
    text: `$(question) Holdfast: ${count}`,
    label: `Holdfast: ${count}. ${questions.length > 0 ? agents : workspace}.`,
    tooltip: [
      ...listUnder(`${agents}:`, questions.map(titleOf)),
      ...listUnder(`${workspace}:`, servers.map(serverLabel)),
    ].join('\n'),
  };
}

function listUnder(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `• ${line}`)];
}

/** In one line: what would be done. Paths and names can hold line ends, and marks that reorder what is read. */
export function labelOf({ request }: Question): string {
  return oneLine(request.what);
}

/** In one line: who wants what. The name is the agent's own word for itself. */
export function titleOf(question: Question): string {
  return `${labelOf(question)} (${nameOf(question)})`;
}

/** In one line, for the same reason. */
export function whyOf({ request }: Question): string {
  return oneLine(request.why);
}

/** How a list shows it. */
export function questionItem(question: Question): { readonly label: string; readonly detail: string } {
  return { label: withoutIcons(titleOf(question)), detail: withoutIcons(whyOf(question)) };
}

export function nameOf({ agent }: Question): string {
  return shortName(agent.name);
}

/** Everything that is known of a question, in lines. */
export function describeQuestion(question: Question): string {
  const { tool, agent, request, again, lasting, id } = question;
  return [
    labelOf(question),
    `Asked by ${nameOf(question)} ${shortName(agent.version)} with ${tool}, question ${id}.`,
    whyOf(question),
    ...inputLines(request),
    again ? 'It has changed since you were asked about it before.' : undefined,
    request.changes.length === 0 ? 'No change can be shown for it.' : undefined,
    lasting ? undefined : 'It can be allowed this time only.',
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}

function inputLines({ input }: ApprovalRequest): readonly string[] {
  if (input === undefined) return [];
  const rest = input.length - limits.approvalInputMaxChars;
  const cut = rest > 0 ? [`… and ${rest} more characters`] : [];
  return ['Its input:', input.slice(0, limits.approvalInputMaxChars), ...cut];
}

/** Which of the actions a question has, for the menus of the manifest. */
export function contextOf({ lasting, request }: Question): string {
  return ['question', ...(lasting ? ['lasting'] : []), ...(request.changes.length > 0 ? ['shown'] : [])].join(' ');
}
