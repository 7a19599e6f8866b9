import type { Clock } from '../../../shared/clock.ts';
import { messageOf } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import type { WatchMethod } from './session-notice.ts';
import { type Alias, formatRecord, parseRecords, type SessionRecord, type Watch } from './session-record.ts';

/** A file of lines. */
export interface RecordFile {
  /** Undefined when there is none. Throws when it cannot be read or trusted. */
  read(): string | undefined;
  /** Replaces all of it in one step. */
  replace(text: string): void;
  append(text: string): Promise<void>;
}

export interface SessionRecordsDeps {
  readonly file: RecordFile;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly log: Pick<Log, 'warn'>;
}

/** What is known of a session beside its id, and what may have been but is not known any more. */
interface Known {
  readonly watch: Watch | undefined;
  readonly lost: readonly WatchMethod[];
}

/**
 * What of agents' sessions must outlive the bridge and is not in their ids (docs/decisions/0009). Ids are kept as hashes.
 * The file is read when the first agent comes and not before: a bridge that is being replaced may write until then.
 */
export class SessionRecords {
  readonly #deps: SessionRecordsDeps;
  /** By hash of the id, the longest unchanged first; the value is when the id expires, in seconds. */
  readonly #ended = new Map<string, number>();
  readonly #watches = new Map<string, Watch>();
  readonly #aliases = new Map<string, Alias>();
  /** Of sessions opened before this second, something may have been recorded that is lost. */
  #completeSinceS = 0;
  #open = false;
  /** Lines in the file, those included that later ones have overruled. */
  #lines = 0;
  #failing = false;
  #pending: SessionRecord[] = [];
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(deps: SessionRecordsDeps) {
    this.#deps = deps;
  }

  /** Reads the file unless that was done; before any session is opened or looked for. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    const { file, log } = this.#deps;
    let text: string | undefined;
    try {
      text = file.read();
    } catch (error) {
      log.warn(`what agents changed in their sessions is lost: ${messageOf(error)}`);
    }
    const { records, damage } = parseRecords(text ?? '', this.#nowS);
    for (const record of records) this.#apply(record);
    this.#lines = records.length;
    if (damage === 'lines') {
      if (text !== undefined) log.warn('some of what agents changed in their sessions is lost: its file was damaged');
      this.#completeSinceS = this.#nowS;
    }
    if (damage !== 'none') this.#rewrite();
  }

  isEnded(key: string): boolean {
    return this.#ended.has(key);
  }

  watchOf(key: string, issuedS: number): Known {
    const watch = this.#watches.get(key);
    if (watch !== undefined) return { watch, lost: watch.uris.length < watch.uriCount ? ['resources/subscribe'] : [] };
    return { watch, lost: issuedS < this.#completeSinceS ? ['logging/setLevel', 'resources/subscribe'] : [] };
  }

  aliasOf(key: string): Alias | undefined {
    return this.#aliases.get(key);
  }

  /** Resolves once it is in the file, or cannot be. */
  end(key: string, untilS: number): Promise<void> {
    return this.#add({ kind: 'ended', key, untilS });
  }

  /** Resolves once it is in the file, or cannot be. */
  watch(key: string, watch: Watch): Promise<void> {
    return this.#add({ kind: 'watch', key, ...watch, uris: watch.uris.slice(0, limits.sessionRecordMaxUris) });
  }

  alias(key: string, alias: Alias): void {
    void this.#add({ kind: 'alias', key, ...alias });
  }

  get #nowS(): number {
    return Math.floor(this.#deps.clock.wallMs() / 1_000);
  }

  #add(record: SessionRecord): Promise<void> {
    this.#apply(record);
    this.#pending.push(record);
    // What comes while a write is under way leaves together, with the next one.
    this.#next ??= this.#current.then(() => this.#write());
    return this.#next;
  }

  #apply(record: SessionRecord): void {
    switch (record.kind) {
      case 'ended':
        this.#watches.delete(record.key);
        this.#aliases.delete(record.key);
        put(this.#ended, record.key, record.untilS, limits.terminatedMax);
        return;
      case 'watch': {
        const { untilS, level, uris, uriCount } = record;
        const dropped = put(this.#watches, record.key, { untilS, level, uris, uriCount }, limits.sessionRecordsMax);
        if (dropped !== undefined) this.#completeSinceS = Math.max(this.#completeSinceS, issuedS(dropped) + 1);
        return;
      }
      case 'alias': {
        const { untilS, session, detail } = record;
        put(this.#aliases, record.key, { untilS, session, detail }, limits.sessionAliasesMax);
        return;
      }
      case 'complete':
        this.#completeSinceS = Math.max(this.#completeSinceS, record.sinceS);
    }
  }

  async #write(): Promise<void> {
    const records = this.#pending;
    this.#pending = [];
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    const held = this.#ended.size + this.#watches.size + this.#aliases.size;
    // After a failure nobody knows what the file holds.
    if (this.#failing || this.#lines > held + limits.sessionRecordsStaleLines) return this.#rewrite();
    try {
      await this.#deps.file.append(records.map(formatRecord).join(''));
      this.#lines += records.length;
    } catch (error) {
      this.#failed(error);
    }
  }

  #rewrite(): void {
    const records: SessionRecord[] = [
      { kind: 'complete', sinceS: this.#completeSinceS },
      ...[...this.#ended].map(([key, untilS]) => ({ kind: 'ended', key, untilS }) as const),
      ...[...this.#watches].map(([key, watch]) => ({ kind: 'watch', key, ...watch }) as const),
      ...[...this.#aliases].map(([key, alias]) => ({ kind: 'alias', key, ...alias }) as const),
    ];
    try {
      this.#deps.file.replace(records.map(formatRecord).join(''));
      this.#lines = records.length;
      this.#failing = false;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!this.#failing) {
      this.#deps.log.warn(`after a restart agents' sessions will lack what changes in them now: ${messageOf(error)}`);
    }
    this.#failing = true;
  }
}

function issuedS({ untilS }: Watch): number {
  return untilS - limits.sessionMaxAgeMs / 1_000;
}

/** Makes an entry the newest one; beyond the limit the oldest one is dropped and returned. */
function put<V>(map: Map<string, V>, key: string, value: V, max: number): V | undefined {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return undefined;
  for (const [oldest, dropped] of map) {
    map.delete(oldest);
    return dropped;
  }
  return undefined;
}
