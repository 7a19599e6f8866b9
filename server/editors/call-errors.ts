import { type Executed, HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { EditorCall } from './editor-call.ts';

/** What a call can have done when its answer never came: a read has no effect, whatever happened to it. */
function effectOfLost(call: EditorCall): Executed {
  return call.effect === 'read' ? 'no' : 'unknown';
}

/** What a call can have done that this bridge has not sent: nothing, unless an earlier request with its key was sent. */
function effectOfUnsent(call: EditorCall): Executed {
  return call.key?.repeat === 'answer' ? effectOfLost(call) : 'no';
}

const readBefore =
  'Read the affected state first (read_buffer, get_editor_context, get_diagnostics); repeat the call only if its effect is missing.';

export function outcomeUnknown(call: EditorCall, happened: string): HoldfastError {
  return new HoldfastError('outcome_unknown', `${happened} after ${call.tool} was sent and before its result came.`, {
    executed: 'unknown',
    hint: readBefore,
  });
}

/** No window that could have run the call can tell what became of it. */
export function notKnown(tool: string, why: string): HoldfastError {
  return new HoldfastError('outcome_unknown', `Whether ${tool} ran is not known: ${why}.`, {
    executed: 'unknown',
    hint: readBefore,
  });
}

export function linkDown(call: EditorCall, window: string): HoldfastError {
  if (effectOfUnsent(call) !== 'no') return notKnown(call.tool, `the window "${window}", which had it, did not return`);
  return new HoldfastError('link_down', `The window "${window}" did not return in time for ${call.tool}.`, {
    hint: 'Call list_windows and repeat the call when the window is listed as ready, or ask the person to open it again.',
  });
}

export function timedOut(call: EditorCall, window: string, sent: boolean): HoldfastError {
  if (!sent) {
    return new HoldfastError(
      'timeout',
      `The window "${window}" did not come back in time for ${call.tool}; nothing was sent to it.`,
      {
        executed: effectOfUnsent(call),
        hint: 'Repeat the call; list_windows tells when the window is ready.',
      },
    );
  }
  const executed = effectOfLost(call);
  const done = executed === 'no' ? 'it changes nothing' : 'it was told to stop and may have had its effect';
  return new HoldfastError('timeout', `${call.tool} did not answer within ${call.budgetMs} ms; ${done}.`, {
    executed,
    retryable: executed === 'no',
    hint: executed === 'no' ? 'Repeat the call, with a smaller request if the tool offers one.' : readBefore,
  });
}

export function cancelled(call: EditorCall, sent: boolean): HoldfastError {
  const executed = sent ? effectOfLost(call) : effectOfUnsent(call);
  return new HoldfastError(
    'cancelled',
    `${call.tool} was cancelled${sent ? '' : ' before it was sent to the window'}.`,
    {
      executed,
      retryable: executed === 'no',
      hint: executed === 'no' ? 'Repeat the call if you still want it.' : readBefore,
    },
  );
}

export function tooManyCalls(call: EditorCall, window: string): HoldfastError {
  return new HoldfastError('busy', `The window "${window}" has too many calls in flight to take ${call.tool}.`, {
    executed: effectOfUnsent(call),
    hint: 'Wait for the answers of earlier calls, then repeat this one.',
  });
}

export function tooLarge(call: EditorCall): HoldfastError {
  return new HoldfastError(
    'too_large',
    `The input of ${call.tool} is larger than the ${limits.linkMaxPayloadBytes} bytes that reach a window.`,
    {
      hint: 'Split the call into smaller ones.',
    },
  );
}
