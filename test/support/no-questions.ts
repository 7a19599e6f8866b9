import type { CallRouterDeps } from '../../extension/link/call-router.ts';

/** For windows whose tools never ask the person. */
export const noQuestions: Pick<CallRouterDeps<Record<never, never>>, 'approvals' | 'policy'> = {
  policy: () => 'always',
  approvals: { ask: () => Promise.reject(new Error('nobody is here to be asked')) },
};
