import type { ModelAnswer, ModelRequest, ModelTool } from '../model/model-api.ts';
import type { Agent, Place } from './agent.ts';
import { type ClientCommand, ClientProcess } from './client-process.ts';

export const prompt = 'Create the files that you are asked for, one after the other.';

/** A client that a model drives: one run with one prompt, and our model decides on each tool. */
export class ModelAgent implements Agent {
  readonly #place: Place;
  readonly #process: ClientProcess;
  #answered = 0;
  #tools: readonly ModelTool[] = [];

  constructor(command: ClientCommand, place: Place) {
    this.#place = place;
    this.#process = new ClientProcess(command, place);
  }

  async list(): Promise<readonly string[]> {
    this.#tools = (await this.#asked()).tools;
    return this.#tools.map(({ name }) => name);
  }

  async call(input: object): Promise<string> {
    const tool = this.#tools.find(({ name }) => name.endsWith('edit_buffer'));
    if (tool === undefined) throw new Error('the model was not offered edit_buffer');
    this.#decide({ kind: 'call', id: `call_${this.#answered + 1}`, tool, input });
    this.#answered += 1;
    const { tools, results } = await this.#asked();
    this.#tools = tools;
    return results.at(-1) ?? '';
  }

  async close(): Promise<void> {
    this.#decide({ kind: 'say', text: 'All done.' });
    await this.#process.end();
  }

  #decide(answer: ModelAnswer): void {
    this.#place.model.decide(this.#answered, answer);
  }

  async #asked(): Promise<ModelRequest> {
    const left = this.#process.exited.then((code) => {
      throw new Error(`the client ended with ${code}`);
    });
    return Promise.race([this.#place.model.asked(this.#answered), left]);
  }
}
