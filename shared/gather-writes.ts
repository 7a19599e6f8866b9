/** What this needs of a stream. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * Returns a function to be called before each write: all that is written in one turn of the event loop then leaves in one
 * piece, because what a small write costs is waking up the process at the other end.
 */
export function gatherWrites(stream: Corkable): () => void {
  let gathering = false;
  return () => {
    if (gathering) return;
    gathering = true;
    stream.cork();
    setImmediate(() => {
      gathering = false;
      stream.uncork();
    });
  };
}
