// Loaded into the bridge by `node --expose-gc --import`: tells on stderr, when signalled, what its memory holds.
process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`${JSON.stringify({ heapProbe: { heldBytes: heapUsed + external, rssBytes: rss } })}\n`);
});
