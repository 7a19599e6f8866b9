import assert from 'node:assert/strict';
import { launcherFor } from '../../../../extension/bridge/launcher.ts';

describe('The launcher', () => {
  it('quotes what a shell would read', () => {
    const node = { path: "/opt/it's $HOME/node", runAsNode: false };
    const [sh] = launcherFor({ platform: 'linux', node, bundle: '/state dir/holdfast.cjs' });
    assert.deepEqual(sh?.text.split('\n').slice(3), [
      `node='/opt/it'\\''s $HOME/node'`,
      'if [ -x "$node" ]; then',
      '  :',
      'else',
      '  node=node',
      'fi',
      `exec "$node" '/state dir/holdfast.cjs' "$@"`,
      '',
    ]);
  });

  it('comes with one for cmd on Windows, where VS Code’s own program is told to be Node', () => {
    const node = { path: 'C:\\100% Code\\Code.exe', runAsNode: true };
    const files = launcherFor({ platform: 'win32', node, bundle: 'C:\\s\\holdfast.cjs' });
    assert.deepEqual(
      files.map(({ name }) => name),
      ['holdfast', 'holdfast.cmd'],
    );
    assert.deepEqual(files[1]?.text.split('\r\n').slice(4, 8), [
      'set "HOLDFAST_NODE=C:\\100%% Code\\Code.exe"',
      'if exist "%HOLDFAST_NODE%" set ELECTRON_RUN_AS_NODE=1',
      'if not exist "%HOLDFAST_NODE%" set "HOLDFAST_NODE=node"',
      '"%HOLDFAST_NODE%" "C:\\s\\holdfast.cjs" %*',
    ]);
  });
});
