import type { WindowInfo } from '../../shared/protocol.ts';
import { sampleWindow } from '../support/sample-window.ts';

/** What the windows of the bench say of themselves. */
export const benchWindow: WindowInfo = {
  ...sampleWindow,
  name: 'bench',
  folders: [{ name: 'bench', path: '/bench', uri: 'file:///bench' }],
  focused: true,
};
