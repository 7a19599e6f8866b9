import { isDeepStrictEqual } from 'node:util';
import { limits } from '../../shared/limits.ts';
import { isRecord } from '../agent/json-rpc.ts';
import { parseRecord } from '../recovery/post-request.ts';

/** Methods whose whole answer an agent keeps, with the notification that makes it ask again. */
const listMethods: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'notifications/tools/list_changed'],
  ['prompts/list', 'notifications/prompts/list_changed'],
  ['resources/list', 'notifications/resources/list_changed'],
  ['resources/templates/list', 'notifications/resources/list_changed'],
]);

/** One listing that was asked for; a later one wins over it, whichever comes back first. */
export interface Listing {
  readonly method: string;
  readonly number: number;
}

/** The lists as the agent knows them: to answer from while the bridge is away, and to notice a real difference after. */
export class KnownLists {
  readonly #known = new Map<string, { readonly number: number; readonly result: unknown }>();
  #count = 0;

  /** Call before the request goes out; undefined when it is no whole list. */
  begin(method: string, params: unknown): Listing | undefined {
    if (!listMethods.has(method) || (isRecord(params) && params['cursor'] !== undefined)) return undefined;
    this.#count += 1;
    return { method, number: this.#count };
  }

  /** Takes a response; returns the notification that the agent needs when its list is no longer true. */
  take({ method, number }: Listing, json: string): string | undefined {
    const result = json.length > limits.knownListMaxChars ? undefined : parseRecord(json)?.['result'];
    const known = this.#known.get(method);
    if (result === undefined || (known !== undefined && known.number > number)) return undefined;
    this.#known.set(method, { number, result });
    if (known === undefined || isDeepStrictEqual(known.result, result)) return undefined;
    return listMethods.get(method);
  }

  /** What the agent was told last. */
  answer(method: string, params: unknown): string | undefined {
    if (isRecord(params) && params['cursor'] !== undefined) return undefined;
    const known = this.#known.get(method);
    return known === undefined ? undefined : JSON.stringify(known.result);
  }

  get methods(): readonly string[] {
    return [...this.#known.keys()];
  }
}
