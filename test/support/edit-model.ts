/**
 * A text as a list of lines, each an object of its own, so that "is this line still there?" needs no comparing: what the
 * edits of an agent must do or be refused for, worked out without the code under test.
 */
import * as fc from 'fast-check';
import type { ErrorCode } from '../../shared/errors.ts';

interface Line {
  readonly text: string;
  /** Where the part begins and ends that no other line has; undefined in a line that edits do not name. */
  readonly token: { readonly start: number; readonly end: number } | undefined;
}

export interface Base {
  readonly lines: readonly Line[];
  readonly text: string;
}

/** Numbers without a meaning of their own, so that a failing sequence can be made smaller. */
export interface Step {
  readonly who: 'person' | 'agent' | 'read' | 'line ends';
  readonly at: number;
  readonly size: number;
  readonly shape: number;
  /** How many states ago the agent looked. */
  readonly age: number;
  readonly more: readonly { readonly at: number; readonly size: number; readonly shape: number }[];
}

const small = fc.nat({ max: 11 });
const place = { at: small, size: fc.nat({ max: 2 }), shape: small };
export const steps = fc.array(
  fc.record<Step>({
    who: fc.constantFrom('person', 'person', 'person', 'agent', 'agent', 'agent', 'read', 'line ends'),
    ...place,
    age: fc.nat({ max: 3 }),
    more: fc.array(fc.record(place), { maxLength: 2 }),
  }),
  { maxLength: 8, minLength: 2 },
);

export interface AgentEdit {
  readonly old: string;
  readonly new: string;
  readonly all?: boolean;
}

const before = ['', 'const ', '\té ', 'MARK ', '😀', '$& ', 'MARK MARK '];
const behind = ['', ' 😀😀', ';', ' // $1', ' ü'];

export class EditModel {
  #lines: readonly Line[];
  #made = 0;
  eol: '\n' | '\r\n';

  constructor(count: number, eol: '\n' | '\r\n') {
    this.eol = eol;
    this.#lines = [];
    for (let at = 0; at < count; at += 1) this.#lines = [...this.#lines, at % 4 === 3 ? blank() : this.#fresh(at)];
    this.#lines = [...this.#lines, blank()];
  }

  get text(): string {
    return this.#lines.map(({ text }) => text).join(this.eol);
  }

  look(): Base {
    return { lines: this.#lines, text: this.text };
  }

  /** Inserts, deletes or replaces lines; the last one, which ends the text, stays. */
  person({ at, size, shape }: Step): void {
    const start = at % this.#lines.length;
    const gone = shape % 3 === 0 ? 0 : Math.min(size + 1, this.#lines.length - 1 - start);
    const fresh = shape % 3 === 1 ? [] : Array.from({ length: size + 1 }, (_, n) => this.#fresh(shape + n));
    this.#lines = this.#lines.toSpliced(start, gone, ...fresh);
  }

  /** One call of the agent on a base. @returns the edits, and the refusal that must come instead of the change */
  agent(base: Base, step: Step): { readonly edits: readonly AgentEdit[]; readonly refusal: ErrorCode | undefined } {
    if (step.shape === 0) return this.#everywhere(base);
    const chosen = new Set<Line>();
    const changes: { edit: AgentEdit; lines: readonly Line[]; fresh: readonly Line[] }[] = [];
    for (const { at, size, shape } of [step, ...step.more]) {
      const lines = stretch(base.lines, at, size);
      if (lines.length === 0 || lines.some((line) => chosen.has(line))) continue;
      for (const line of lines) chosen.add(line);
      changes.push({ ...this.#edit(lines, shape), lines });
    }
    const edits = changes.map(({ edit }) => edit);
    if (edits.length === 0) return { edits: [{ old: 'not there', new: '' }], refusal: 'no_match' };
    if (!changes.every(({ lines }) => this.#holds(lines))) return { edits, refusal: 'version_changed' };
    const [first] = edits;
    if (step.shape === 1 && first !== undefined) return { edits: [...edits, first], refusal: 'overlapping_edits' };
    for (const { lines, fresh } of changes)
      this.#lines = this.#lines.toSpliced(this.#indexOf(lines), lines.length, ...fresh);
    return { edits, refusal: undefined };
  }

  #everywhere({ lines }: Base): { readonly edits: readonly AgentEdit[]; readonly refusal: ErrorCode | undefined } {
    const edit = { old: 'MARK', new: `all ${(this.#made += 1)}`, all: true };
    const marked = lines.filter(({ text }) => text.includes(edit.old));
    if (marked.length === 0) return { edits: [edit], refusal: 'no_match' };
    if (!marked.every((line) => this.#holds([line]))) return { edits: [edit], refusal: 'version_changed' };
    this.#lines = this.#lines.map((line) => {
      if (!marked.includes(line)) return line;
      const [head = '', ...rest] = line.text.split(edit.old);
      const text = [head, ...rest].join(edit.new);
      const shift = rest.length * (edit.new.length - edit.old.length);
      return { text, token: line.token && { start: line.token.start + shift, end: line.token.end + shift } };
    });
    return { edits: [edit], refusal: undefined };
  }

  /** What replaces a stretch: whole lines, whole lines with their ends, or from the middle of one to that of another. */
  #edit(lines: readonly Line[], shape: number): { edit: AgentEdit; fresh: readonly Line[] } {
    const written = shape % 2 === 0 ? '\n' : '\r\n';
    const whole = lines.map(({ text }) => text).join(written);
    if (shape % 3 === 0) {
      const fresh = shape % 4 === 3 ? [] : [this.#fresh(shape), this.#fresh(shape + 1)];
      return { edit: { old: whole + written, new: fresh.map(({ text }) => `${text}\n`).join('') }, fresh };
    }
    const start = shape % 3 === 1 ? 0 : (lines[0]?.token?.start ?? 0);
    const last = lines.at(-1);
    const cut = (last?.text.length ?? 0) - (last?.token?.end ?? 0);
    const one = this.#fresh(shape);
    const two = this.#fresh(shape + 3);
    const text = `${one.text}\n${two.text}`;
    const kept = { head: whole.slice(0, start), tail: whole.slice(whole.length - cut) };
    const moved = one.token && { start: one.token.start + start, end: one.token.end + start };
    return {
      edit: { old: whole.slice(start, whole.length - cut), new: text },
      fresh: [
        { text: kept.head + one.text, token: moved },
        { text: two.text + kept.tail, token: two.token },
      ],
    };
  }

  #fresh(kind: number): Line {
    this.#made += 1;
    const head = before[kind % before.length] ?? '';
    const token = `L${this.#made};`;
    return {
      text: `${head}${token}${behind[this.#made % behind.length] ?? ''}`,
      token: { start: head.length, end: head.length + token.length },
    };
  }

  #indexOf([first]: readonly Line[]): number {
    return this.#lines.findIndex((line) => line === first);
  }

  #holds(lines: readonly Line[]): boolean {
    const start = this.#indexOf(lines);
    return start !== -1 && lines.every((line, at) => this.#lines[start + at] === line);
  }
}

const blank = (): Line => ({ text: '', token: undefined });

/** Neighbouring lines that can be named. */
function stretch(lines: readonly Line[], at: number, size: number): readonly Line[] {
  const start = at % lines.length;
  const found: Line[] = [];
  for (const line of lines.slice(start, start + size + 1)) {
    if (line.token === undefined) break;
    found.push(line);
  }
  return found;
}
