import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createPrivateOnce, StateDirError, writePrivate } from '../../../server/private-files.ts';
import { keepPort, openSecrets, readKeptPort, readSecret, stateDirPath } from '../../../server/state-dir.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

describe('the state directory', () => {
  let dir: TempDir;
  let stateDir: string;

  beforeEach(() => {
    dir = tempDir();
    stateDir = join(dir.path, 'deep', 'state');
  });
  afterEach(() => dir.remove());

  const mode = (path: string) => (lstatSync(path).mode & 0o777).toString(8);
  const refusal = (pattern: RegExp) => (error: unknown) =>
    error instanceof StateDirError && pattern.test(error.message);

  it('is the option, else the environment, else .holdfast in the home directory', () => {
    assert.equal(stateDirPath('/a', '/b'), '/a');
    assert.equal(stateDirPath(undefined, '/b'), '/b');
    assert.equal(stateDirPath(undefined, ''), join(homedir(), '.holdfast'));
    assert.equal(stateDirPath('relative', undefined), join(process.cwd(), 'relative'));
  });

  it('is not guessed where the option is empty', () => {
    assert.throws(() => stateDirPath('', '/b'), /^OptionError: --state-dir takes the path of a directory/);
  });

  it('is created private, with three different keys of 32 bytes that stay', () => {
    const first = openSecrets(stateDir);
    assert.equal(mode(stateDir), '700');
    assert.equal(new Set(Object.values(first)).size, 3);
    for (const key of Object.values(first)) assert.equal(Buffer.from(key, 'base64url').length, 32);
    for (const name of ['token', 'editor.secret', 'session.key']) assert.equal(mode(join(stateDir, name)), '600');
    assert.deepEqual(openSecrets(stateDir), first);
    assert.equal(readSecret(stateDir, 'token'), first.token);
    assert.equal(readdirSync(stateDir).length, 3, 'no temporary file stays');
  });

  it('is created private under a umask that would open or lock it', () => {
    const before = process.umask(0o000);
    try {
      openSecrets(stateDir);
      assert.deepEqual([mode(stateDir), mode(join(stateDir, 'token'))], ['700', '600']);
    } finally {
      process.umask(before);
    }
  });

  it('is refused when others can enter it', () => {
    mkdirSync(stateDir, { recursive: true });
    chmodSync(stateDir, 0o750);
    assert.throws(() => openSecrets(stateDir), refusal(/has mode 750.*Run: chmod 700/));
  });

  it('is refused when it is a file or a symbolic link', () => {
    const target = join(dir.path, 'target');
    mkdirSync(target, { mode: 0o700 });
    const link = join(dir.path, 'link');
    symlinkSync(target, link);
    assert.throws(() => openSecrets(link), refusal(/is not a plain directory\. Move it away/));
  });

  it('is refused when a key in it can be read by others, is a link or holds something else', () => {
    openSecrets(stateDir);
    const token = join(stateDir, 'token');
    chmodSync(token, 0o640);
    assert.throws(() => openSecrets(stateDir), refusal(/token has mode 640.*chmod 600/));
    assert.throws(() => readSecret(stateDir, 'token'), refusal(/token has mode 640/));
    chmodSync(token, 0o600);
    writeFileSync(token, 'short');
    assert.throws(() => openSecrets(stateDir), refusal(/does not hold a key of 32 bytes\. Remove the file/));
  });

  if (process.getuid?.() === 0) {
    it('is refused when it belongs to another user', async () => {
      const { chownSync } = await import('node:fs');
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      chownSync(stateDir, 12_345, 12_345);
      assert.throws(() => openSecrets(stateDir), refusal(/belongs to user 12345, not to you \(0\)/));
    });
  }

  it('says how to choose another one when it cannot be created', () => {
    writeFileSync(join(dir.path, 'deep'), '');
    assert.throws(() => openSecrets(stateDir), refusal(/Cannot create the state directory.*--state-dir/));
  });

  it('keeps the port, and takes a damaged file for none', () => {
    openSecrets(stateDir);
    assert.equal(readKeptPort(stateDir), undefined);
    keepPort(stateDir, 17_017);
    assert.equal(readKeptPort(stateDir), 17_017);
    assert.equal(mode(join(stateDir, 'port')), '600');
    for (const damaged of ['', 'x', '0', '99999', '-1', '80 81']) {
      writePrivate(join(stateDir, 'port'), damaged);
      assert.equal(readKeptPort(stateDir), undefined, damaged);
    }
  });

  it('takes the key of the faster one of two processes that create it at once', () => {
    openSecrets(stateDir);
    const path = join(stateDir, 'raced');
    const ours = createPrivateOnce(path, () => {
      writePrivate(path, 'theirs');
      return 'ours';
    });
    assert.equal(ours, 'theirs');
    assert.equal(readdirSync(stateDir).filter((name) => name.endsWith('.tmp')).length, 0);
  });

  it('replaces a file whole and leaves no temporary one', () => {
    openSecrets(stateDir);
    const path = join(stateDir, 'bridge.json');
    writePrivate(path, 'one');
    writePrivate(path, 'two');
    assert.equal(readFileSync(path, 'utf8'), 'two');
    assert.equal(readdirSync(stateDir).filter((name) => name.endsWith('.tmp')).length, 0);
  });
});
