import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { findBridge } from '../../server/bridge-client.ts';
import { currentBoot, writeBridgeFile } from '../../server/bridge-file.ts';
import { openSecrets } from '../../server/state-dir.ts';
import { type Hmac, instanceProof } from '../../shared/proof.ts';
import { portOf } from '../support/link-bridge.ts';
import { tempDir } from '../support/temp-dir.ts';

const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');

describe('Finding the bridge', () => {
  const temp = tempDir();
  const stateDir = `${temp.path}/state`;
  const boot = currentBoot(Date.now());
  const find = () => findBridge({ stateDir, boot, nonce: () => randomBytes(24).toString('base64url'), proofMs: 2_000 });
  let asked = 0;
  let takesOver = true;
  const { editorSecret } = openSecrets(stateDir);
  const record = (instance: string) =>
    writeBridgeFile(stateDir, { pid: process.pid, port: portOf(server), instance, version: '1.0.0', ...boot });
  const server = createServer((request, response) => {
    asked += 1;
    if (takesOver) record('new');
    const nonce = new URL(request.url ?? '', 'http://x').searchParams.get('nonce') ?? '';
    const proof = instanceProof(hmac, editorSecret, nonce, portOf(server), 'new');
    response.end(JSON.stringify({ instance: 'new', version: '1.0.0', proof }));
  });
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  beforeEach(() => {
    asked = 0;
    record('old');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    temp.remove();
  });

  it('looks once more when another one took over while it was asked', async () => {
    assert.equal((await find())?.instance, 'new');
    assert.equal(asked, 2);
  });

  it('does not look for ever when the record never tells of it', async () => {
    takesOver = false;
    assert.equal(await find(), undefined);
    assert.equal(asked, 2);
  });
});
