import { z } from 'zod';
import { answerEvents, answerModelJson, type ModelApi, type ModelTool, textOf } from './model-api.ts';

const toolSchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});

const requestSchema = z.object({
  stream: z.boolean().optional(),
  tools: z.array(toolSchema).default([]),
  input: z.union([z.string(), z.array(z.looseObject({ type: z.string().optional() }))]),
});

const usage = {
  input_tokens: 1,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 1,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 2,
};

/** OpenAI Responses: Codex. */
export const openaiResponses: ModelApi = {
  matches: (path) => path.endsWith('/responses'),

  parse(body) {
    const { tools, input } = requestSchema.parse(body);
    const items = typeof input === 'string' ? [] : input;
    return {
      tools: tools.flatMap(namesIn),
      results: items.filter(({ type }) => type === 'function_call_output').map((item) => textOf(item['output'])),
    };
  },

  answer(res, answer, { body }) {
    const item =
      answer.kind === 'call'
        ? {
            type: 'function_call',
            id: `fc_${answer.id}`,
            call_id: answer.id,
            ...answer.tool,
            arguments: JSON.stringify(answer.input),
            status: 'completed',
          }
        : {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: answer.text, annotations: [] }],
          };
    const response = { id: 'resp_1', object: 'response', status: 'completed', output: [item], usage };
    if (requestSchema.parse(body).stream !== true) return answerModelJson(res, response);
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response },
    ];
    answerEvents(
      res,
      events.map((event) => [event.type, event]),
    );
  },
};

function namesIn({ type, name, tools }: z.infer<typeof toolSchema>): readonly ModelTool[] {
  if (name === undefined) return [];
  if (type !== 'namespace') return [{ name }];
  return (tools ?? []).flatMap((tool) => (tool.name === undefined ? [] : [{ name: tool.name, namespace: name }]));
}
