import { z } from 'zod';
import { answerEvents, answerModelJson, type ModelApi, textOf } from './model-api.ts';

const partSchema = z.looseObject({ functionResponse: z.looseObject({ response: z.unknown() }).optional() });
const requestSchema = z.object({
  tools: z
    .array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).optional() }))
    .default([]),
  contents: z.array(z.looseObject({ parts: z.array(partSchema).optional() })),
  generationConfig: z.looseObject({ responseMimeType: z.string().optional() }).optional(),
});

/** Gemini generateContent: Gemini CLI. */
export const gemini: ModelApi = {
  matches: (path) => /:(streamG|g)enerateContent$/.test(path),

  parse(body) {
    const { tools, contents } = requestSchema.parse(body);
    const parts = contents.flatMap((content) => content.parts ?? []);
    return {
      tools: tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => ({ name }))),
      results: parts.flatMap(({ functionResponse: answered }) =>
        answered === undefined ? [] : [textOf(answered.response)],
      ),
    };
  },

  answer(res, answer, { path }) {
    const part =
      answer.kind === 'call'
        ? { functionCall: { id: answer.id, name: answer.tool.name, args: answer.input } }
        : { text: answer.text };
    const response = {
      candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    };
    if (path.endsWith(':streamGenerateContent')) answerEvents(res, [[undefined, response]]);
    else answerModelJson(res, response);
  },
};
