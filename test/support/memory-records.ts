import type { RecordFile } from '../../server/agent/legacy/session-records.ts';

/** A record file in memory, which can be torn, refuse to be written, and hold writes back. */
export class MemoryRecords implements RecordFile {
  text: string | undefined;
  /** Thrown by each write while it is set. */
  failure: Error | undefined;
  /** How often it was written, and with what. */
  readonly writes: ('replace' | 'append')[] = [];

  constructor(text?: string) {
    this.text = text;
  }

  read(): string | undefined {
    return this.text;
  }

  replace(text: string): void {
    if (this.failure !== undefined) throw this.failure;
    this.writes.push('replace');
    this.text = text;
  }

  async append(text: string): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    this.writes.push('append');
    this.text = (this.text ?? '') + text;
  }
}
