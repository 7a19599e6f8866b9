/** The journal's file: one JSON object per line, the outcome of a call after its intent. */
import { z } from 'zod';
import { errorInfoSchema } from '../../shared/protocol.ts';
import type { CallKind, CallOutcome, JournalledCall } from './journal.ts';

const outcomeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), content: z.string() }),
  z.object({ ok: z.literal(false), error: errorInfoSchema }),
]);

const recordSchema = z.discriminatedUnion('t', [
  /** First line: what follows is whole, except that the last line may be torn. */
  z.object({ t: z.literal('journal'), version: z.literal(1) }),
  /** The call is about to run. Times are of the wall clock, in milliseconds. */
  z.object({
    t: z.literal('intent'),
    id: z.string(),
    tool: z.string(),
    effect: z.enum(['ui', 'write', 'destructive']),
    fingerprint: z.string().optional(),
    atMs: z.number(),
  }),
  z.object({ t: z.literal('end'), id: z.string(), outcome: outcomeSchema }),
  z.object({ t: z.literal('forget'), id: z.string() }),
  /** Until then a call may be missing. */
  z.object({ t: z.literal('gap'), kind: z.enum(['keyed', 'keyless']), untilMs: z.number() }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;

interface ReadCall {
  readonly call: JournalledCall;
  readonly atMs: number;
  /** Undefined when the extension host ended before it was known. */
  readonly outcome?: CallOutcome;
}

export interface ReadJournal {
  readonly calls: readonly ReadCall[];
  readonly gapUntilMs: Readonly<Record<CallKind, number>>;
  /** Whether nothing but the end of the last write can be missing. */
  readonly whole: boolean;
}

export function journalLine(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Reads what an earlier life of the extension host has left. A torn last line is an intent whose call never started. */
export function readJournal(text: string): ReadJournal {
  const calls = new Map<string, ReadCall>();
  const gapUntilMs = { keyed: 0, keyless: 0 };
  const lines = text.split('\n');
  // What follows the last line end was being written.
  lines.pop();
  let whole = lines.length > 0;
  for (const [index, line] of lines.entries()) {
    const record = parseLine(line);
    if (record === undefined || (record.t === 'journal') !== (index === 0)) whole = false;
    switch (record?.t) {
      case 'intent': {
        const { t: _, id, atMs, ...call } = record;
        if (!calls.has(id)) calls.set(id, { call: { id, ...call }, atMs });
        break;
      }
      case 'end': {
        const known = calls.get(record.id);
        if (known !== undefined) calls.set(record.id, { ...known, outcome: record.outcome });
        break;
      }
      case 'forget':
        calls.delete(record.id);
        break;
      case 'gap':
        gapUntilMs[record.kind] = Math.max(gapUntilMs[record.kind], record.untilMs);
        break;
      case 'journal':
      case undefined:
        break;
    }
  }
  return { calls: [...calls.values()], gapUntilMs, whole };
}

function parseLine(line: string): JournalRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // The caller takes the whole for damaged.
    return undefined;
  }
}
