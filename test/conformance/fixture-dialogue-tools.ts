/** Tools that talk to the client while they run: progress, log lines, and questions to it. */
import type { MethodContext } from '../../server/agent/methods.ts';
import { at, type FixtureTools, requireCapability, text } from './fixture-tool.ts';

type Ask = NonNullable<MethodContext['ask']>;

const pauseMs = 50;
const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));

function askOf({ ask }: MethodContext): Ask {
  if (ask === undefined) throw new Error('this client cannot be asked');
  return ask;
}

async function elicit(context: MethodContext, message: string, requestedSchema: object): Promise<object> {
  const { action, content } = await askOf(context)('elicitation/create', { message, requestedSchema });
  return text(`Elicitation completed: action=${String(action)}, content=${JSON.stringify(content)}`);
}

const options = ['option1', 'option2', 'option3'];
const titled = (names: readonly string[]) => names.map((title, index) => ({ const: `value${index + 1}`, title }));

export const dialogueTools: FixtureTools = {
  test_tool_with_logging: {
    description: 'Logs three lines.',
    async call(_params, { log }) {
      log?.('info', 'Tool execution started');
      await pause();
      log?.('info', 'Tool processing data');
      await pause();
      log?.('info', 'Tool execution completed');
      return text('Tool execution completed successfully');
    },
  },
  test_logging_tool: {
    description: 'Logs a line, to clients that asked for it.',
    call(_params, { log }) {
      log?.('info', 'Diagnostic line');
      return text('logged');
    },
  },
  test_tool_with_progress: {
    description: 'Reports progress.',
    async call(_params, { progress }) {
      for (const done of [0, 50, 100]) {
        progress?.({ progress: done, total: 100, message: `Completed step ${done} of 100` });
        await pause();
      }
      return text('Tool execution completed successfully');
    },
  },
  test_streaming_elicitation: {
    description: 'Reports progress, and needs elicitation.',
    call(params, { progress }) {
      requireCapability(params, 'elicitation');
      progress?.({ progress: 50, total: 100 });
      return text('done');
    },
  },
  test_missing_capability: {
    description: 'Needs sampling.',
    call(params) {
      requireCapability(params, 'sampling');
      return text('the client can sample');
    },
  },
  test_sampling: {
    description: "Asks the client's model.",
    inputSchema: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    async call(params, context) {
      const answer = await askOf(context)('sampling/createMessage', {
        messages: [{ role: 'user', content: { type: 'text', text: String(at(params, 'arguments', 'prompt')) } }],
        maxTokens: 100,
      });
      return text(`LLM response: ${String(at(answer, 'content', 'text'))}`);
    },
  },
  test_elicitation: {
    description: 'Asks the person.',
    inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    call: (params, context) =>
      elicit(context, String(at(params, 'arguments', 'message')), {
        type: 'object',
        properties: {
          username: { type: 'string', description: "User's response" },
          email: { type: 'string', description: "User's email address" },
        },
        required: ['username', 'email'],
      }),
  },
  test_elicitation_sep1034_defaults: {
    description: 'Asks the person with a default for each kind of answer.',
    call: (_params, context) =>
      elicit(context, 'Please review', {
        type: 'object',
        properties: {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
      }),
  },
  test_elicitation_sep1330_enums: {
    description: 'Asks the person to choose, in each way that there is.',
    call: (_params, context) =>
      elicit(context, 'Please choose', {
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: options },
          titledSingle: { type: 'string', oneOf: titled(['First Option', 'Second Option', 'Third Option']) },
          legacyEnum: {
            type: 'string',
            enum: ['opt1', 'opt2', 'opt3'],
            enumNames: ['Option One', 'Option Two', 'Option Three'],
          },
          untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
          titledMulti: { type: 'array', items: { anyOf: titled(['First Choice', 'Second Choice', 'Third Choice']) } },
        },
      }),
  },
};
