/** Cuts a text to the whole characters that fit into a number of bytes of UTF-8. */
export function cutText(text: string, mostBytes: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > mostBytes) break;
    kept += character;
  }
  return kept.trimEnd();
}
