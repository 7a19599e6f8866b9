import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { GoneRecord } from './known-windows.ts';

/** Windows that were forgotten, for as long as a call that they had may be repeated. */
export class GoneWindows {
  readonly #clock: Pick<Clock, 'wallMs'>;
  #records: readonly GoneRecord[];

  constructor(clock: Pick<Clock, 'wallMs'>, records: readonly GoneRecord[] = []) {
    this.#clock = clock;
    this.#records = records;
  }

  get records(): readonly GoneRecord[] {
    const oldestMs = this.#clock.wallMs() - limits.journalKeepMs;
    if (this.#records.some(({ goneMs }) => goneMs <= oldestMs)) {
      this.#records = this.#records.filter(({ goneMs }) => goneMs > oldestMs);
    }
    return this.#records;
  }

  /** @param held the calls that its journal had; undefined when it never told them all */
  add(editorId: string, held: ReadonlySet<string> | undefined): void {
    if (held?.size === 0) return;
    const record = { editorId, goneMs: this.#clock.wallMs(), held: held === undefined ? null : [...held] };
    this.#records = [...this.records, record].slice(-limits.goneWindowsMax);
  }

  /** The window is back, and tells for itself. */
  remove(editorId: string): void {
    this.#records = this.#records.filter((record) => record.editorId !== editorId);
  }

  had(id: string): boolean {
    return this.records.some(({ held }) => held?.includes(id));
  }

  /** Whether it is known of each of them which calls it had. */
  get complete(): boolean {
    return this.records.every(({ held }) => held !== null);
  }
}
