import type * as vscode from 'vscode';
import { createLog, type Log } from '../../shared/log.ts';

/** The product's log over VS Code's log channel, whose level the person sets there. */
export function createOutputLog(channel: vscode.LogOutputChannel): Log {
  return createLog((level, message) => {
    switch (level) {
      case 'debug':
        return channel.debug(message);
      case 'info':
        return channel.info(message);
      case 'warn':
        return channel.warn(message);
      case 'error':
        return channel.error(message);
    }
  });
}
