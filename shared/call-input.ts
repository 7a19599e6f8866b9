/** Serialises a tool and its input with the members of each object in one order, so that equal calls give equal texts. */
export function canonicalCall(tool: string, input: unknown): string {
  return JSON.stringify([tool, input], (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
