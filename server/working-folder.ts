import { errorCode } from '../shared/errors.ts';

/** The working directory; undefined when it was deleted, which is no reason to stop. */
export function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}
