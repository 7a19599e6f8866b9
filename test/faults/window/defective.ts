/** Deliberately broken parts of a window, which the oracle must notice. */
import type { CallOutcome, Journal, JournalledCall, KnownCall } from '../../../extension/link/journal.ts';
import type { LinkCalls } from '../../../extension/link/online-session.ts';
import type { ToBridge } from '../../../shared/protocol.ts';
import type { Defect } from './options.ts';

/** Knows of no call, and says that none is missing. */
class NoJournal implements Journal {
  readonly ids = [];
  readonly gapMs = 0;

  lacksNone(): boolean {
    return true;
  }

  find(): KnownCall | undefined {
    return undefined;
  }

  run(_call: JournalledCall, execute: () => Promise<CallOutcome>): Promise<CallOutcome> {
    return execute();
  }

  forget(): void {}
}

export function journalFor(defect: Defect | undefined, real: Journal): Journal {
  return defect === 'journal-off' ? new NoJournal() : real;
}

export function callsFor(defect: Defect | undefined, real: LinkCalls): LinkCalls {
  let seen = 0;
  const call: LinkCalls['call'] = (message, reply) => {
    seen += 1;
    const number = seen;
    if (defect === 'repeat-runs' && message.repeat) {
      // Under another id the journal has never heard of it.
      const other = { ...message, id: `${message.id.slice(0, 100)}-${number}`, repeat: false };
      real.call(other, (answer: ToBridge) => reply('id' in answer ? { ...answer, id: message.id } : answer));
      return;
    }
    const isDropped = defect === 'result-dropped' && message.tool !== 'read_buffer' && number % 10 === 0;
    real.call(message, isDropped ? () => {} : reply);
  };
  return {
    call,
    cancel: (id, reason) => real.cancel(id, reason),
    ack: (ids) => real.ack(ids),
    get journal() {
      return real.journal;
    },
  };
}
