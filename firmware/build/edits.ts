/** Replaces the code from `start` to `end` with text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const WORD = /[\w$]/;

/** Returns the code with the edits applied. No edit may lie within another. */
export function edited(code: string, edits: readonly Edit[]): string {
  let out = '';
  let last = 0;
  const add = (text: string) => {
    // A template may directly follow `return`; the sum that replaces it would merge with that word.
    if (WORD.test(out.slice(-1)) && WORD.test(text.charAt(0))) out += ' ';
    out += text;
  };
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    out += code.slice(last, start);
    add(text);
    last = end;
    // The code after the edit was separate from the code before it.
    if (WORD.test(out.slice(-1)) && WORD.test(code.charAt(end))) out += ' ';
  }
  return out + code.slice(last);
}
