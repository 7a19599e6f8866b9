/** What this needs of a stream. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * Returns a function to be called before each write. What a small write costs is waking up the process at the other end,
 * so the writes of one turn of the event loop leave in one piece at its end. A lone write leaves at once; whether there
 * will be more is guessed from the turn before.
 */
export function gatherWrites(stream: Corkable): () => void {
  let writes = 0;
  let corked = false;
  let crowded = false;
  const endTurn = (): void => {
    crowded = writes > 1;
    writes = 0;
    if (corked) stream.uncork();
    corked = false;
  };
  return () => {
    writes += 1;
    if (writes === 1) setImmediate(endTurn);
    if (corked || (writes === 1 && !crowded)) return;
    corked = true;
    stream.cork();
  };
}
