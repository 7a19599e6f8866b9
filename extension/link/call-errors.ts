import type { Effect } from '../../shared/define-tool.ts';
import { type ErrorInfo, type Executed, HoldfastError } from '../../shared/errors.ts';

/** What is known of a call's effect when its answer is missing. */
export function executedUnless(effect: Effect): Executed {
  return effect === 'read' ? 'no' : 'unknown';
}

/** The bridge serves a tool that this window's extension does not have. */
export function toolMissing(tool: string, known: readonly string[]): HoldfastError {
  return new HoldfastError('tool_missing', `This window's extension has no tool ${tool}.`, {
    hint: `Update the Holdfast extension in this window, or use one of its tools: ${known.join(', ')}.`,
  });
}

export function untrusted(tool: string): HoldfastError {
  return new HoldfastError(
    'untrusted',
    `${tool} does more than read, and the workspace of this window is not trusted.`,
    {
      hint: 'Ask the user to trust the workspace in VS Code (command "Workspaces: Manage Workspace Trust"), or use reading tools.',
    },
  );
}

export function timedOut(tool: string, budgetMs: number, effect: Effect): HoldfastError {
  const done = effect === 'read' ? 'Nothing was changed' : 'It may have taken effect';
  return new HoldfastError('timeout', `${tool} was not done after ${Math.round(budgetMs)} ms. ${done}.`, {
    hint: effect === 'read' ? 'Call it again, or ask for less.' : 'Read the affected state before calling it again.',
    executed: executedUnless(effect),
    retryable: effect === 'read',
  });
}

/** As `error`, of a call that may have waited for nothing but a page that is gone. */
export function withoutPage(error: ErrorInfo): ErrorInfo {
  return {
    ...error,
    message: `${error.message} The page of its window does not answer either.`,
    hint: `Ask the person to look at this VS Code window: its page is closed, crashed, disconnected or busy. ${error.hint}`,
  };
}

export function cancelled(tool: string, reason: string, effect: Effect): HoldfastError {
  return new HoldfastError('cancelled', `${tool} was cancelled: ${reason}`, {
    hint:
      effect === 'read'
        ? 'Call it again if the answer is still wanted.'
        : 'Read the affected state before calling it again.',
    executed: executedUnless(effect),
    retryable: effect === 'read',
  });
}

export function outcomeUnknown(tool: string): HoldfastError {
  return new HoldfastError('outcome_unknown', `This window no longer knows how its call of ${tool} ended.`, {
    hint: 'Read the affected state; repeat the call only if its effect is missing.',
    executed: 'unknown',
  });
}

export function keyReused(tool: string): HoldfastError {
  return new HoldfastError(
    'invalid_input',
    `This idempotency key was used for another call; this call of ${tool} was not run.`,
    { hint: 'Send each new call with a new key, and repeat a key only with the same tool and arguments.' },
  );
}

/** Something came between the arrival of a call and its start. */
export function notStarted(code: 'cancelled' | 'timeout', tool: string, why: string): HoldfastError {
  return new HoldfastError(code, `${tool} was not run: ${why}.`, { hint: 'Call it again.' });
}

/** The extension host that began a call ended before the outcome was known. */
export function hostEnded(tool: string): HoldfastError {
  return new HoldfastError('outcome_unknown', `The window was reloaded or closed while ${tool} ran.`, {
    hint: 'Read the affected state; repeat the call only if its effect is missing.',
    executed: 'unknown',
  });
}

/** A reload of the window cost the answer, but not the knowledge that there was one. */
export function resultNotKept(tool: string): HoldfastError {
  return new HoldfastError('outcome_unknown', `${tool} was done; its answer was too large to survive the reload.`, {
    hint: 'Read the affected state instead of repeating the call.',
    executed: 'yes',
  });
}

/** Without a journal a reload of the window could run a call a second time. */
export function journalBroken(tool: string): HoldfastError {
  return new HoldfastError(
    'save_failed',
    `${tool} was not run: this window can no longer write its journal of calls.`,
    {
      hint: 'Ask the person to look at the Holdfast log, to make the disk of the VS Code data folder writable again, and to reload the window.',
    },
  );
}

export function invalidOutput(tool: string, effect: Effect, problem: string): HoldfastError {
  return new HoldfastError('internal', `${tool} made an answer that does not fit its own schema: ${problem}`, {
    hint: 'This is a defect of Holdfast; please report it. Read the affected state before going on.',
    executed: effect === 'read' ? 'no' : 'yes',
  });
}

export function answerTooLarge(tool: string, bytes: number, effect: Effect): HoldfastError {
  return new HoldfastError('too_large', `The answer of ${tool} has ${bytes} bytes, more than the link carries.`, {
    hint: 'Ask for a part of it.',
    executed: effect === 'read' ? 'no' : 'yes',
  });
}
