/** What the person can choose for a question. No `vscode`, so that it is tested as text. */
import type { Answer, Question } from '../approvals/approvals.ts';

export interface Choice {
  readonly label: string;
  readonly detail: string;
  readonly does: Answer | { readonly kind: 'show' } | { readonly kind: 'comment' };
}

/** What it is about comes first, so that Enter decides nothing. */
export function choicesOf({ lasting, request }: Question): readonly Choice[] {
  const stays = { detail: 'The question stays.', does: { kind: 'show' } } as const;
  const show: Choice =
    request.changes.length > 0
      ? { label: '$(diff) Show Change', ...stays }
      : { label: '$(go-to-file) Show Input', ...stays };
  const session: Choice = {
    label: '$(check-all) Allow for This Session',
    detail: 'This kind of call, until the window is closed or reloaded.',
    does: { kind: 'session' },
  };
  return [
    show,
    { label: '$(check) Allow Once', detail: 'This one call.', does: { kind: 'once' } },
    ...(lasting ? [session] : []),
    { label: '$(circle-slash) Deny', detail: 'Nothing is done.', does: { kind: 'deny' } },
    {
      label: '$(comment) Deny with a Comment',
      detail: 'The agent is told what you write.',
      does: { kind: 'comment' },
    },
  ];
}
