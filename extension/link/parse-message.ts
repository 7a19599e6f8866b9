import { decode, type ToEditor, toEditorSchema } from '../../shared/protocol.ts';

/** A message of the bridge; undefined when it does not fit the protocol. */
export function parseToEditor(text: string): ToEditor | undefined {
  try {
    return toEditorSchema.safeParse(decode(text)).data;
  } catch {
    // Not JSON: the caller ends the link, as for any other misfit.
    return undefined;
  }
}
