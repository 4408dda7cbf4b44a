/** Text in place of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const WORD = /[\w$]/;

/** The code with the edits made; none lies within another. */
export function edited(code: string, edits: readonly Edit[]): string {
  let out = '';
  let last = 0;
  const add = (text: string) => {
    // A template may stand right behind `return`; the sum in its place would become one word with it.
    if (WORD.test(out.slice(-1)) && WORD.test(text.charAt(0))) out += ' ';
    out += text;
  };
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    out += code.slice(last, start);
    add(text);
    last = end;
    // What follows directly was apart from what it followed before.
    if (WORD.test(out.slice(-1)) && WORD.test(code.charAt(end))) out += ' ';
  }
  return out + code.slice(last);
}
