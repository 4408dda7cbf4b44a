/** Text in place of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The code with the edits made; none lies within another. */
export function edited(code: string, edits: readonly Edit[]): string {
  let out = '';
  let last = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    out += code.slice(last, start) + text;
    last = end;
  }
  return out + code.slice(last);
}
