import { type BenchResults, report } from './report.ts';

const intro = `# Performance

<!-- Written by \`npm run bench -- --write\`. -->

One run of \`npm run bench\`. Each server and the client are processes of their own; the client is the same for every
HTTP row. *Whole path*: agent → bridge → a window that answers at once → back. *CPU* is the serving process alone. A
goal's ratio is the median of the rounds' own ratios, so it can differ from the ratio of two medians in the table. The
row of SDK v1 answers as JSON; its event streams cost the same.`;

/** What profiles (\`node --cpu-prof\`) of the bridge showed; to be looked at again when the figures move. */
const findings = `## Where the time goes

Of the bridge's CPU on the whole path under load about 20 % is the writes to sockets, 5 % the garbage collector, 30 %
Node's HTTP, streams and promises, and 40 % the bundle: our own code, \`ws\` and zod, in which nothing stands out any
more (no function has more than 4 %). With one call at a time the price is waking processes: the whole path wakes four,
an echo two.

What stood out, and went:

- \`new URL\` on a plain path, which throws: only \`file:\` URIs are parsed now, and the only window is not routed to.
- Entropy for each call's id: \`randomUUID\` draws from a pool.
- An \`AbortController\`, two listeners and a \`Promise.race\` per request: see \`server/editors/cancellation.ts\`.
- One write per message on the link: messages of one turn leave together, see \`shared/gather-writes.ts\`.
- The tool list as a two-byte string that was encoded for each client: it is kept as bytes and never copied.
- A union that tried \`hello\` first for each message of the link: it is told by its \`type\`.
- Encoding UTF-8 where the text is ASCII; listeners that were taken off a finished body.`;

/** The page that is kept in the repository. */
export function performancePage(results: BenchResults): string {
  return `${intro}\n\n${report(results)}\n${findings}\n`;
}
