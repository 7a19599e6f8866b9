/** The baseline: `node:http` and JSON, nothing else. `/bytes/N` answers with N bytes that were made before. */
import { createServer } from 'node:http';
import { listen } from '../peer-side.ts';

const made = new Map<string, Buffer>();

const server = createServer({ noDelay: true, keepAlive: true }, (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString());
    const { url = '' } = req;
    const answer = url.startsWith('/bytes/')
      ? bytes(url)
      : JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.arguments.path }] } });
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    res.end(answer);
  });
});

function bytes(url: string): Buffer {
  const known = made.get(url) ?? Buffer.alloc(Number(url.slice('/bytes/'.length)), 'x');
  made.set(url, known);
  return known;
}

listen(server);
