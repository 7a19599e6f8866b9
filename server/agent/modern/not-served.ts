import type { Leg } from '../era.ts';
import { answerEmpty, answerJson, answerRefusal } from '../http-answers.ts';
import { classify, errorAnswer, rpcCodes } from '../json-rpc.ts';

/**
 * Answers modern requests as a server of the legacy era does, which is what makes a client of both eras go on with
 * `initialize`: an unknown method for its probe, an unsupported version for anything else. The modern code -32022 would
 * claim the opposite: that modern versions are served here.
 */
export function createModernNotServed({ versions }: { readonly versions: readonly string[] }): Leg {
  return {
    post({ res, body }) {
      const message = classify(body);
      if (message?.kind === 'request' && message.method === 'server/discover') {
        answerJson(res, 200, errorAnswer(message.id, rpcCodes.methodNotFound, 'Method not found: server/discover'));
      } else {
        const id = message?.kind === 'request' ? message.id : null;
        const supported = versions.join(', ');
        answerRefusal(res, {
          status: 400,
          id,
          message: `Bad Request: Unsupported protocol version (supported versions: ${supported})`,
        });
      }
      return Promise.resolve();
    },
    get: (_req, res) => answerEmpty(res, 405, { allow: 'POST' }),
    delete: (_req, res) => answerEmpty(res, 405, { allow: 'POST' }),
  };
}
