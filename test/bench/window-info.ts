import type { WindowInfo } from '../../shared/protocol.ts';

/** What the windows of the bench say of themselves. */
export const benchWindow: WindowInfo = {
  name: 'bench',
  folders: [{ name: 'bench', path: '/bench', uri: 'file:///bench' }],
  remote: null,
  trusted: true,
  focused: true,
  app: 'Visual Studio Code',
  appVersion: '1.103.0',
  dirtyCount: 0,
  activeFile: null,
};
