/** What hovers say, as text for a model: the declared form apart from the prose. */

interface HoverText {
  readonly signatures: string[];
  readonly documentation: string;
}

/**
 * Code blocks at the beginning of a hover are the declared form by convention; later ones are examples.
 *
 * @param texts Markdown, in the order of the hovers
 */
export function splitHover(texts: readonly string[], maxChars: number): HoverText {
  const signatures: string[] = [];
  const prose: string[] = [];
  for (const text of texts) {
    let rest = text.trim();
    for (;;) {
      const block = /^`{3,}[^\n]*\n([\s\S]*?)\n?`{3,}\s*/.exec(rest);
      if (block === null || prose.length > 0) break;
      const code = (block[1] ?? '').trim();
      if (code !== '') signatures.push(code);
      rest = rest.slice(block[0].length).replace(/^(?:---|\*\*\*)\s*/, '');
    }
    // Spaces and entities of Markdown that only serve its looks.
    const plain = rest
      .replaceAll(/&nbsp;/g, ' ')
      .replaceAll(/[ \t]+\n/g, '\n')
      .trim();
    if (plain !== '') prose.push(plain);
  }
  const documentation = prose.join('\n\n');
  return {
    signatures: signatures.map((each) => shorten(each, maxChars)),
    documentation: shorten(documentation, maxChars),
  };
}

function shorten(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars)}…`;
}
