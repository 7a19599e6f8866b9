const deadlineMs = 5_000;

/** Waits until `look` returns something; fails with what was waited for. For real processes and sockets only. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  withinMs = deadlineMs,
): Promise<T> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
