/** The lines of `sessions.jsonl`: JSON each, so that a damaged one costs only itself. Later lines overrule earlier ones. */
import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import { sha256 } from '../../crypto.ts';
import { loggingLevels } from '../logging-level.ts';

const key = z.string().min(1).max(64);
/** When the id expires of which this speaks: seconds since the Unix epoch. */
const untilS = z.number().int();

const watchShape = {
  untilS,
  level: z.enum(loggingLevels).optional(),
  uris: z.array(z.string()),
  /** Of how many subscriptions `uris` is the beginning. */
  uriCount: z.number().int().nonnegative(),
};
/** What a session's client asked to be told of. */
export type Watch = z.infer<z.ZodObject<typeof watchShape>>;

const aliasShape = {
  untilS,
  /** The id of the fresh session. */
  session: z.string().max(limits.sessionIdMaxChars),
  /** Why the dead id was stale. */
  detail: z.enum(['unknown', 'foreign', 'expired']),
};
/** The fresh session for which a dead id stands. */
export type Alias = z.infer<z.ZodObject<typeof aliasShape>>;

const recordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ended'), key, untilS }),
  z.object({ kind: z.literal('watch'), key, ...watchShape }),
  z.object({ kind: z.literal('alias'), key, ...aliasShape }),
  /** Of sessions opened since this second, everything is in the file. */
  z.object({ kind: z.literal('complete'), sinceS: z.number().int() }),
]);
export type SessionRecord = z.infer<typeof recordSchema>;

/** Under which name an id is recorded. */
export function recordKey(id: string): string {
  return sha256(id).slice(0, 22);
}

export function formatRecord(record: SessionRecord): string {
  return `${JSON.stringify(record)}\n`;
}

interface ParsedRecords {
  /** Without those whose time has passed. */
  readonly records: readonly SessionRecord[];
  /** end: only the last line is torn, which nobody was told of as done. lines: something else is missing. */
  readonly damage: 'none' | 'end' | 'lines';
}

export function parseRecords(text: string, nowS: number): ParsedRecords {
  const lines = text.split('\n');
  const end = lines.pop();
  const parsed = lines.map(parseRecord);
  const records = parsed.filter((record) => record !== undefined);
  const lost = records.length < parsed.length || records.every(({ kind }) => kind !== 'complete');
  return {
    records: records.filter((record) => record.kind === 'complete' || record.untilS > nowS),
    damage: lost ? 'lines' : end === '' ? 'none' : 'end',
  };
}

function parseRecord(line: string): SessionRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // The caller counts what is missing.
    return undefined;
  }
}
