/**
 * A model that says what the test tells it to, in the words of four makers. The conversation is one: the model asks for
 * a tool, and its next turn waits until the test knows what to ask for next. So one run of a client, started once with
 * one prompt, lives through all that the test does to the bridge meanwhile, as an agent does that is in the middle of its
 * work.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropic } from './anthropic.ts';
import { gemini } from './gemini.ts';
import type { ModelAnswer, ModelApi, ModelExchange, ModelRequest } from './model-api.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';

const apis: readonly ModelApi[] = [anthropic, openaiResponses, openaiChat, gemini];

/** A request without this tool of ours is about something else, such as a title for the conversation. */
const mark = /edit_buffer$/;

class Turn {
  readonly asked: Promise<ModelRequest>;
  readonly decided: Promise<ModelAnswer>;
  ask: (request: ModelRequest) => void = () => undefined;
  decide: (answer: ModelAnswer) => void = () => undefined;

  constructor() {
    this.asked = new Promise((resolve) => {
      this.ask = resolve;
    });
    this.decided = new Promise((resolve) => {
      this.decide = resolve;
    });
  }
}

export class ModelServer {
  /** One line for each request. */
  readonly log: string[] = [];
  readonly #server = createServer((req, res) => void this.#serve(req, res));
  /** By the number of tools' answers that came before: a client that repeats a request gets the same answer. */
  readonly #turns = new Map<number, Turn>();

  static async start(): Promise<ModelServer> {
    const model = new ModelServer();
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get origin(): string {
    return `http://127.0.0.1:${addressOf(this.#server.address()).port}`;
  }

  /** Resolves when the client wants to know how to go on after so many tools' answers. */
  asked(after: number): Promise<ModelRequest> {
    return this.#turn(after).asked;
  }

  decide(after: number, answer: ModelAnswer): void {
    this.#turn(after).decide(answer);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #turn(after: number): Turn {
    const turn = this.#turns.get(after) ?? new Turn();
    this.#turns.set(after, turn);
    return turn;
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const text = await readAll(req);
    const api = req.method === 'POST' ? apis.find((each) => each.matches(path)) : undefined;
    if (api === undefined) {
      this.log.push(`${req.method} ${req.url}: 404`);
      res.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"not served"}}');
      return;
    }
    try {
      await this.#answer(api, res, { path, body: JSON.parse(text) });
    } catch (error) {
      this.log.push(`${path}: ${String(error)}\n${text}`);
      res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"not understood"}}');
    }
  }

  async #answer(api: ModelApi, res: ServerResponse, exchange: ModelExchange): Promise<void> {
    const request = api.parse(exchange.body);
    const isMain = request.tools.some(({ name }) => mark.test(name));
    const after = request.results.length;
    this.log.push(`${exchange.path}: ${request.tools.map(({ name }) => name).join(' ')} after ${after}`);
    if (!isMain) return api.answer(res, { kind: 'say', text: 'Fine.' }, exchange);
    const turn = this.#turn(after);
    turn.ask(request);
    const answer = await turn.decided;
    this.log.push(JSON.stringify(answer));
    api.answer(res, answer, exchange);
  }
}

async function readAll(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the model server does not listen');
  return address;
}
