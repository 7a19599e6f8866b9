import type { ServerResponse } from 'node:http';

/** What a client asks of its model, whatever the maker of the model calls it. */
export interface ModelRequest {
  readonly tools: readonly ModelTool[];
  /** The tools' answers that the conversation holds so far, in their order. */
  readonly results: readonly string[];
}

export interface ModelTool {
  readonly name: string;
  /** Codex groups tools; a call then names the group, too. */
  readonly namespace?: string;
}

export type ModelAnswer =
  | { readonly kind: 'call'; readonly id: string; readonly tool: ModelTool; readonly input: object }
  | { readonly kind: 'say'; readonly text: string };

/** One maker's wire. */
export interface ModelApi {
  readonly matches: (path: string) => boolean;
  readonly parse: (body: unknown) => ModelRequest;
  readonly answer: (res: ServerResponse, answer: ModelAnswer, exchange: ModelExchange) => void;
}

export interface ModelExchange {
  readonly path: string;
  readonly body: unknown;
}

/** Writes all events of a stream at once: no client here looks at the time between them. */
export function answerEvents(
  res: ServerResponse,
  events: readonly (readonly [name: string | undefined, data: unknown])[],
): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const [name, data] of events) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    res.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`);
  }
  res.end();
}

export function answerModelJson(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The text of a tool's answer, which is a string, or a list of parts, or anything else that has text inside. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
