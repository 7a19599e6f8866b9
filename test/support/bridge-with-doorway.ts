import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bridgeBundle } from './bridge-build.ts';

/** The bridge with something wrong in front of its own handling of `req` and `res`. */
export function bridgeWithDoorway(folder: string, name: string, fault: string): string {
  const file = join(folder, `${name}.cjs`);
  const patch = `{
    const http = require('node:http');
    const { createServer } = http;
    let requests = 0;
    const kept = [];
    http.createServer = (...args) => {
      const server = createServer(...args);
      const on = server.on.bind(server);
      server.on = (name, listener) =>
        on(name, name !== 'request' ? listener : (req, res) => { ${fault}; listener(req, res); });
      return server;
    };
  }\n`;
  writeFileSync(
    file,
    readFileSync(bridgeBundle(), 'utf8').replace(/^(#!.*\n)?/, (first) => `${first}${patch}`),
  );
  return file;
}
