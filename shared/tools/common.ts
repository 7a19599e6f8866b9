/** Fields that several tools share, so that one wording and one rule serves all. */
import { z } from 'zod';

export const windowField = z
  .string()
  .optional()
  .describe('Id of the window to use, from list_windows. Needed only when several windows could be meant.');

export const pathField = z.string().min(1).describe('File path: workspace-relative or absolute.');
