import type { WindowInfo } from '../../shared/protocol.ts';

/** What a window without a folder says of itself; tests spread it and change what they are about. */
export const sampleWindow: WindowInfo = {
  name: 'sample',
  folders: [],
  remote: null,
  trusted: true,
  focused: false,
  app: 'Visual Studio Code',
  appVersion: '1.139.0',
  dirtyCount: 0,
  activeFile: null,
};
