/** The tools of a window as an agent calls them, each answer with its time. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { bufferTools } from '../../shared/tools/buffers.ts';
import { diagnosticsTools } from '../../shared/tools/diagnostics.ts';
import { relationTools } from '../../shared/tools/relations.ts';
import { type Agent, errorCodeOf, success } from '../host/agent.ts';

export interface Timed<T> {
  readonly ms: number;
  /** Undefined where the tool refused. */
  readonly answer: T | undefined;
  readonly refusal: string | undefined;
}

export class Editor {
  readonly #agent: Agent;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  diagnostics(paths: readonly string[]) {
    return this.#call('get_diagnostics', { paths, severity: 'error' }, (result) =>
      diagnosticsTools.get_diagnostics.output.parse(result.structuredContent),
    );
  }

  read(path: string) {
    return this.#call('read_buffer', { path }, (result) =>
      bufferTools.read_buffer.output.parse(result.structuredContent),
    );
  }

  references(path: string, symbol: string) {
    return this.#call('find_related', { path, symbol }, (result) =>
      relationTools.find_related.output.parse(result.structuredContent),
    );
  }

  async openTab(path: string): Promise<void> {
    success(await this.#agent.call('open_file', { path }));
  }

  /** Replaces a text in the buffer, unsaved. */
  async edit(path: string, old: string, text: string): Promise<void> {
    success(await this.#agent.call('edit_buffer', { edits: [{ path, old, new: text }] }));
  }

  /** Tabs and unsaved files, as the agent is shown them. */
  async context(): Promise<string> {
    const { structuredContent } = success(await this.#agent.call('get_editor_context', { include: ['tabs', 'dirty'] }));
    return JSON.stringify(structuredContent);
  }

  async #call<T>(
    name: string,
    input: Record<string, unknown>,
    parse: (result: CallToolResult) => T,
  ): Promise<Timed<T>> {
    const startedMs = performance.now();
    const result = await this.#agent.call(name, input);
    const ms = performance.now() - startedMs;
    const refusal = errorCodeOf(result);
    return { ms, refusal, answer: refusal === undefined ? parse(success(result)) : undefined };
  }
}
