/** The relevant bytes of the tokeniser (`firmware/build/tokens.ts`). */
const FUNCTION = '\xaa';
const VAR = '\xac';
const RAW_STRING_8 = '\xd1';
const RAW_STRING_16 = '\xd2';
const PIECE_CHARS = 2048;

/** Returns the end of the string that begins at `at`. */
function endOfString(code: string, at: number): number {
  const first = code.charAt(at);
  if (first === RAW_STRING_8) return at + 2 + code.charCodeAt(at + 1);
  if (first === RAW_STRING_16) return at + 3 + code.charCodeAt(at + 1) + 256 * code.charCodeAt(at + 2);
  let end = at + 1;
  while (code.charAt(end) !== first) end += code.charAt(end) === '\\' ? 2 : 1;
  return end + 1;
}

/**
 * Splits an application into pieces that can be evaluated one behind the other: the interpreter copies each function
 * out of the running text, and has no room for the whole text beside the copies.
 */
export function piecesOf(code: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let depth = 0;
  // First character of the statement under way.
  let first = '';
  for (let at = 0; at < code.length; ) {
    const char = code.charAt(at);
    const isString = ['"', "'", '`', RAW_STRING_8, RAW_STRING_16].includes(char);
    const end = isString ? endOfString(code, at) : at + 1;
    if (first === '') first = char;
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char)) depth--;
    const ends = depth === 0 && (char === ';' || char === ',' || (char === '}' && first === FUNCTION));
    piece += ends && char === ',' ? ';' : code.slice(at, end);
    at = end;
    if (!ends) continue;
    const goesOn = char === ',' && first === VAR;
    if (!goesOn) first = '';
    if (piece.length < PIECE_CHARS) {
      if (goesOn) piece += VAR;
      continue;
    }
    pieces.push(piece);
    piece = goesOn ? VAR : '';
  }
  return [...pieces, piece];
}
