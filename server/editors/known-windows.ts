/** What a bridge leaves to the next one about its windows, so that a repeated call finds the window that has it. */
import { z } from 'zod';
import { type Hello, linkVersion, windowSchema } from '../../shared/protocol.ts';

const windowRecordSchema = z.object({
  editorId: z.string(),
  epoch: z.string(),
  extensionVersion: z.string(),
  window: windowSchema,
  tools: z.array(z.string()),
});

const goneRecordSchema = z.object({
  editorId: z.string(),
  /** Wall-clock milliseconds. */
  goneMs: z.number(),
  /** Ids of the calls that its journal had; null when it never told them all. */
  held: z.array(z.string()).nullable(),
});
/** A window that was forgotten lately. */
export type GoneRecord = z.infer<typeof goneRecordSchema>;

const knownWindowsSchema = z.object({
  /** Boot and keys of the bridge: under others no call has the same id. */
  scope: z.string(),
  windows: z.array(windowRecordSchema),
  gone: z.array(goneRecordSchema),
  /** Wall-clock milliseconds: before that, windows may have been linked that are missing here. */
  completeFromMs: z.number(),
});
type KnownFile = z.infer<typeof knownWindowsSchema>;
export type KnownWindows = Omit<KnownFile, 'scope'>;

/** Undefined when the text is not a whole record of this scope. */
export function parseKnownWindows(text: string, scope: string): KnownWindows | undefined {
  try {
    const { data } = knownWindowsSchema.safeParse(JSON.parse(text));
    if (data?.scope !== scope) return undefined;
    const { scope: _, ...known } = data;
    return known;
  } catch {
    // Torn or foreign: the same as none.
    return undefined;
  }
}

export function formatKnownWindows(known: KnownWindows, scope: string): string {
  const file: KnownFile = { scope, ...known };
  return `${JSON.stringify(file)}\n`;
}

/** What is kept of a window: nothing that changes with each key that is pressed there. */
export function windowRecord({
  editorId,
  epoch,
  extensionVersion,
  window,
  tools,
}: Hello): KnownWindows['windows'][number] {
  const { revisions: _, ...lasting } = window;
  return {
    editorId,
    epoch,
    extensionVersion,
    window: { ...lasting, focused: false, dirtyCount: 0, activeFile: null },
    tools,
  };
}

/** What such a window would say first, as far as it is known. */
export function recordedHello(record: KnownWindows['windows'][number]): Hello {
  return { type: 'hello', version: linkVersion, proof: '', journal: [], ...record };
}
