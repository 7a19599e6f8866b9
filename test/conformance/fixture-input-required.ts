/** Tools and a prompt of the modern era that need input: the client answers by calling again with it (SEP-2322). */
import { createHmac } from 'node:crypto';
import { isRecord, RpcError, rpcCodes } from '../../server/agent/json-rpc.ts';
import { at, type FixtureTool, type FixtureTools, text } from './fixture-tool.ts';

type Requests = Readonly<Record<string, { readonly method: string; readonly params: object }>>;

const elicit = (message: string, properties: object) => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties, required: Object.keys(properties) } },
});
const sample = (question: string, maxTokens: number) => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens },
});
const listRoots = { method: 'roots/list', params: {} };
const askName = elicit('What is your name?', { name: { type: 'string' } });

function inputRequired(inputRequests: Requests, round?: string): object {
  const state = round === undefined ? {} : { requestState: seal(round) };
  return { resultType: 'input_required', inputRequests, ...state };
}

/** State goes through the client's hands, so it is signed. */
const key = 'fixture';
function seal(round: string): string {
  return `${round}.${createHmac('sha256', key).update(round).digest('base64url')}`;
}

/** The round that the client's state names; undefined without state. */
function openState(params: unknown): string | undefined {
  const state = at(params, 'requestState');
  if (state === undefined) return undefined;
  const round = typeof state === 'string' ? (state.split('.')[0] ?? '') : '';
  if (state !== seal(round))
    throw new RpcError(rpcCodes.invalidParams, 'requestState was not made here or was changed');
  return round;
}

/** Whether every request has its answer; one that is there but no object is refused. */
function isAnswered(params: unknown, requests: Requests): boolean {
  const responses = at(params, 'inputResponses');
  if (responses !== undefined && !isRecord(responses)) {
    throw new RpcError(rpcCodes.invalidParams, 'inputResponses is an object of responses by key');
  }
  const given = Object.keys(requests).map((name) => responses?.[name]);
  if (given.some((response) => response !== undefined && !isRecord(response))) {
    throw new RpcError(rpcCodes.invalidParams, 'each of inputResponses is an object');
  }
  return given.every((response) => response !== undefined);
}

/** One round of questions, with signed state where `round` names it. */
function asking(description: string, requests: Requests, round?: string): FixtureTool {
  return {
    description,
    call(params) {
      if (openState(params) !== round || !isAnswered(params, requests)) return inputRequired(requests, round);
      return text(`state-ok, and the answers: ${JSON.stringify(at(params, 'inputResponses'))}`);
    },
  };
}

const confirm = { confirm: elicit('Please confirm', { ok: { type: 'boolean' } }) };
const rounds: readonly Requests[] = [
  { step1: elicit('Step 1: What is your name?', { name: { type: 'string' } }) },
  { step2: elicit('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
];

export const inputRequiredTools: FixtureTools = {
  test_input_required_result_elicitation: asking('Asks a name.', { user_name: askName }),
  test_input_required_result_sampling: asking('Asks a model.', {
    capital_question: sample('What is the capital of France?', 100),
  }),
  test_input_required_result_list_roots: asking('Asks for the roots.', { client_roots: listRoots }),
  test_input_required_result_request_state: asking('Keeps its state with the client.', confirm, 'asked'),
  test_input_required_result_multiple_inputs: asking(
    'Asks everything at once.',
    { user_name: askName, greeting: sample('Generate a greeting', 50), client_roots: listRoots },
    'asked',
  ),
  test_input_required_result_multi_round: {
    description: 'Asks twice, one after the other.',
    call(params) {
      const round = Number(openState(params) ?? -1);
      const current = rounds[round];
      if (current !== undefined && !isAnswered(params, current)) return inputRequired(current, String(round));
      const next = rounds[round + 1];
      return next === undefined ? text('Both steps are done') : inputRequired(next, String(round + 1));
    },
  },
  test_input_required_result_tampered_state: asking('Checks its state.', confirm, 'checked'),
  test_input_required_result_capabilities: {
    description: 'Asks only what the client can answer.',
    call(params) {
      const all = {
        user_name: { ...askName, needs: 'elicitation' },
        question: { ...sample('Why?', 50), needs: 'sampling' },
      };
      const possible = Object.entries(all).filter(
        ([, { needs }]) => at(params, '_meta', 'io.modelcontextprotocol/clientCapabilities', needs) !== undefined,
      );
      const requests = Object.fromEntries(
        possible.map(([name, { method, params: asked }]) => [name, { method, params: asked }]),
      );
      return isAnswered(params, requests) ? text('done') : inputRequired(requests);
    },
  },
};

const contextRequest = { user_context: elicit('What context should the prompt use?', { context: { type: 'string' } }) };

/** The result of `prompts/get` for the prompt that needs input. */
export function inputRequiredPrompt(params: unknown): object {
  if (!isAnswered(params, contextRequest)) return inputRequired(contextRequest);
  const context = String(at(params, 'inputResponses', 'user_context', 'content', 'context'));
  return { messages: [{ role: 'user', content: { type: 'text', text: `Use this context: ${context}` } }] };
}
