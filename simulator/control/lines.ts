const NEWLINE = 0x0a;

/**
 * The lines of a byte stream, in order, each without its newline and a carriage return before it; the next is
 * read only when asked for. Empty lines are left out. A line of more than `maxBytes` comes as undefined, and
 * no more of it than that is ever kept.
 */
export async function* boundedLines(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string | undefined> {
  let kept = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      isTooLong ||= kept.length + end - from > maxBytes;
      const line = isTooLong ? undefined : textOf(kept, chunk.subarray(from, end));
      kept = Buffer.alloc(0);
      isTooLong = false;
      from = end + 1;
      if (line !== '') yield line;
    }
    isTooLong ||= kept.length + chunk.length - from > maxBytes;
    kept = isTooLong ? Buffer.alloc(0) : Buffer.concat([kept, chunk.subarray(from)]);
  }
  if (isTooLong) yield undefined;
  else if (kept.length > 0) yield textOf(kept);
}

function textOf(...parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
}
