import { z } from 'zod';
import { answerEvents, answerModelJson, type ModelAnswer, type ModelApi, textOf } from './model-api.ts';

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  messages: z.array(z.looseObject({ content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]) })),
});

const usage = { input_tokens: 1, output_tokens: 1 };

/** Anthropic Messages: Claude Code. */
export const anthropic: ModelApi = {
  matches: (path) => path.endsWith('/v1/messages'),

  parse(body) {
    const { tools, messages } = requestSchema.parse(body);
    const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
    return {
      tools: tools.map(({ name }) => ({ name })),
      results: parts.filter(({ type }) => type === 'tool_result').map((part) => textOf(part['content'])),
    };
  },

  answer(res, answer, { body }) {
    const { model, stream } = requestSchema.parse(body);
    const block = blockOf(answer);
    const stop = answer.kind === 'call' ? 'tool_use' : 'end_turn';
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null, usage };
    if (stream !== true) return answerModelJson(res, { ...message, content: [block], stop_reason: stop });
    const delta =
      answer.kind === 'call'
        ? { type: 'input_json_delta', partial_json: JSON.stringify(answer.input) }
        : { type: 'text_delta', text: answer.text };
    const empty = answer.kind === 'call' ? { ...block, input: {} } : { ...block, text: '' };
    const events = [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: empty },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage },
      { type: 'message_stop' },
    ];
    answerEvents(
      res,
      events.map((event) => [event.type, event]),
    );
  },
};

function blockOf(answer: ModelAnswer): object {
  return answer.kind === 'call'
    ? { type: 'tool_use', id: answer.id, name: answer.tool.name, input: answer.input }
    : { type: 'text', text: answer.text };
}
