/** What TypeScript and JavaScript classes and interfaces extend and implement: their server has no type hierarchy. */

interface Named {
  readonly name: string;
  /** Offset of the name in the text. */
  readonly offset: number;
}

export interface HeritageHead extends Named {
  /** Types named in `extends` and `implements`; of `a.b` the last part. */
  readonly supers: readonly Named[];
}

const word = /[\p{L}\p{N}_$]/u;

/** The heads of all classes and interfaces of a text, in its order. */
export function heritageHeads(source: string): HeritageHead[] {
  const text = withoutComments(source);
  return [...text.matchAll(/(?<![\p{L}\p{N}_$.])(?:class|interface)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu)].map((match) => {
    const name = match[1] ?? '';
    const offset = match.index + match[0].length - name.length;
    const unnamed = name === 'extends' || name === 'implements';
    return unnamed
      ? { name: 'class', offset: match.index, supers: supersIn(text, offset) }
      : { name, offset, supers: supersIn(text, offset + name.length) };
  });
}

/** Reads from behind the name to the body. Brackets of any kind hide what is inside: type arguments, call arguments. */
function supersIn(text: string, from: number): Named[] {
  const supers: Named[] = [];
  let depth = 0;
  let inClause = false;
  let expected = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (depth === 0 && (char === '{' || char === ';')) break;
    if ('<([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char) || (char === '>' && text[at - 1] !== '=')) depth -= 1;
    else if (depth === 0 && char === ',') expected = inClause;
    else if (depth === 0 && char === '.') expected = supers.pop() !== undefined;
    else if (depth === 0 && word.test(char)) {
      const start = at;
      while (word.test(text[at + 1] ?? '')) at += 1;
      const name = text.slice(start, at + 1);
      if (name === 'extends' || name === 'implements') {
        inClause = true;
        expected = true;
      } else if (expected) {
        supers.push({ name, offset: start });
        expected = false;
      }
    }
    if (depth < 0) break;
  }
  return supers;
}

/** The text with comments and string contents as blanks, so that offsets stay. */
function withoutComments(source: string): string {
  return source.replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    (hidden) => hidden.replaceAll(/[^\n]/g, ' '),
  );
}
