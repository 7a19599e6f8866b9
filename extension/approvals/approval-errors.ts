import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';

/** The person has not answered yet. @param id names the question, here and in the window */
export function approvalPending(tool: string, id: string): HoldfastError {
  return new HoldfastError(
    'approval_pending',
    `${tool} was not run yet: the person has been asked in VS Code and has not answered (pending id ${id}).`,
    {
      hint: 'Repeat exactly the same call: it waits for the same question, and runs once the person has allowed it. Nothing that you send can answer the question.',
    },
  );
}

export function approvalDenied(tool: string, comment: string | undefined): HoldfastError {
  const said = comment === undefined ? '' : ` They say: ${comment}`;
  return new HoldfastError('approval_denied', `${tool} was not run: the person did not allow it.${said}`, {
    hint: 'Do not try it in another way; go on without it, or talk to the person about it.',
  });
}

export function approvalExpired(tool: string): HoldfastError {
  const minutes = limits.approvalExpiryMs / 60_000;
  return new HoldfastError(
    'approval_denied',
    `${tool} was not run: the person did not answer within ${minutes} minutes, which counts as a no.`,
    { hint: 'Go on without it, or ask the person to watch the Holdfast view and call again.' },
  );
}

/** The call ended before the person answered. */
export function cancelledUnasked(tool: string): HoldfastError {
  return new HoldfastError('cancelled', `${tool} was not run: it was stopped while the person was asked.`, {
    hint: 'Call it again if it is still wanted.',
  });
}

export function tooManyQuestions(tool: string): HoldfastError {
  return new HoldfastError(
    'busy',
    `${tool} was not run: ${limits.approvalsMax} questions wait for the person already.`,
    { hint: 'Wait until the person has answered some of them.' },
  );
}
