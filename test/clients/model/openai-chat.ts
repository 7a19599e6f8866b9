import { z } from 'zod';
import { answerEvents, answerModelJson, type ModelApi, textOf } from './model-api.ts';

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }).optional() })).default([]),
  messages: z.array(z.looseObject({ role: z.string() })),
});

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

/** OpenAI Chat Completions: opencode, Copilot, and whatever else takes a model of one's own. */
export const openaiChat: ModelApi = {
  matches: (path) => path.endsWith('/chat/completions'),

  parse(body) {
    const { tools, messages } = requestSchema.parse(body);
    return {
      tools: tools.flatMap((tool) => (tool.function === undefined ? [] : [{ name: tool.function.name }])),
      results: messages.filter(({ role }) => role === 'tool').map((message) => textOf(message['content'])),
    };
  },

  answer(res, answer, { body }) {
    const { model, stream } = requestSchema.parse(body);
    const message =
      answer.kind === 'call'
        ? {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                index: 0,
                id: answer.id,
                type: 'function',
                function: { name: answer.tool.name, arguments: JSON.stringify(answer.input) },
              },
            ],
          }
        : { role: 'assistant', content: answer.text };
    const finish = answer.kind === 'call' ? 'tool_calls' : 'stop';
    const head = { id: 'chatcmpl-1', created: 0, model };
    if (stream !== true) {
      const choices = [{ index: 0, message, finish_reason: finish }];
      return answerModelJson(res, { ...head, object: 'chat.completion', choices, usage });
    }
    const chunk = (delta: object, finishReason: string | null) => ({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    });
    answerEvents(res, [
      [undefined, chunk(message, null)],
      [undefined, { ...chunk({}, finish), usage }],
      [undefined, '[DONE]'],
    ]);
  },
};
