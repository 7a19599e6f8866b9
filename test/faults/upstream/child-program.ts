/** An MCP server on stdin and stdout, as the bridge starts it. Gets its options as one JSON argument. */
import { appendFileSync } from 'node:fs';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { childUpstreamSchema } from './options.ts';
import { createWorkServer } from './work-server.ts';

const { ledger, pids } = childUpstreamSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
appendFileSync(pids, `${process.pid}\n`);
// Its bridge may be killed while it answers.
process.stdout.on('error', () => process.exit());
process.stdin.once('end', () => process.exit());
await createWorkServer({ ledger }).connect(new StdioServerTransport());
