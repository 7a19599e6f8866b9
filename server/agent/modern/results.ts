import { limits } from '../../../shared/limits.ts';

/** What may be cached, and for how long, in milliseconds (spec, "Caching"). What shows the editor's state may not. */
const cacheMs: ReadonlyMap<string, number> = new Map([
  ['server/discover', limits.listCacheMs],
  ['tools/list', limits.listCacheMs],
  ['prompts/list', limits.listCacheMs],
  ['resources/list', limits.listCacheMs],
  ['resources/templates/list', limits.listCacheMs],
  ['resources/read', 0],
]);

/** Makes a serialised result of the shared table one of this era. */
export type ToModernResult = (method: string, result: string) => string;

/**
 * Puts what every result of the era says in front of the result's own members: parsing it would cost more than all else.
 *
 * @param resultMeta left out of a result that has metadata of its own
 */
export function createToModernResult(resultMeta: object): ToModernResult {
  const meta = `"_meta":${JSON.stringify(resultMeta)}`;
  const complete = '"resultType":"complete"';
  const uncached = `{${complete},${meta},`;
  return (method, result) => {
    // What most results are: a call's, without metadata of its own.
    if (result.startsWith('{"content"') && !cacheMs.has(method) && !result.includes('"_meta"'))
      return uncached + result.slice(1);
    const open = /^\s*\{\s*/.exec(result)?.[0].length;
    if (open === undefined) throw new TypeError(`the result of ${method} is not a JSON object`);
    const ttlMs = cacheMs.get(method);
    const caching = ttlMs === undefined ? [] : [`"ttlMs":${ttlMs},"cacheScope":"private"`];
    const members = [
      // A result that needs input from the client says so first thing, and may not be cached.
      ...(result.startsWith('"resultType"', open) ? [] : [complete, ...caching]),
      // The key, quotes and all, is nowhere in a result that has no metadata: inside of a text its quotes are escaped.
      ...(result.includes('"_meta"') ? [] : [meta]),
    ].join(',');
    return `{${members}${members === '' || result[open] === '}' ? '' : ','}${result.slice(open)}`;
  };
}
