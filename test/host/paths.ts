import { fileURLToPath } from 'node:url';

export const repoRoot = fileURLToPath(new URL('../..', import.meta.url));
/** Where runs leave bundles, results and screenshots; ignored by git. */
export const outDir = fileURLToPath(new URL('../../out/', import.meta.url));
export const sampleDir = fileURLToPath(new URL('../samples/greeter', import.meta.url));
