const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);

function sextet(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  return code === 43 ? 62 : code === 47 ? 63 : -1;
}

/**
 * Decodes as Espruino's `atob` does (`jswrap_atob`, 2v29): white space does not count, foreign characters are holes,
 * and the length of the result is computed beforehand. Where that length is negative, the real one returns a string
 * over foreign memory; this one throws.
 */
export function espruinoAtob(text: string): Uint8Array {
  const solid = Array.from(text, char => char.charCodeAt(0)).filter(code => !isSpace(code));
  const padding = (solid.at(-1) === 61 ? 1 : 0) + (solid.at(-2) === 61 ? 1 : 0);
  const length = Math.floor((solid.length * 3) / 4) - padding;
  if (length < 0) throw new Error('atob would read foreign memory');
  const bytes = new Uint8Array(length);
  let to = 0;
  for (let from = 0; from < solid.length; from += 4) {
    let triple = 0;
    let valid = 0;
    for (let i = 0; i < 4; i++) {
      const bits = sextet(solid[from + i] ?? 61);
      if (bits < 0) continue;
      triple |= bits << ((3 - i) * 6);
      valid = i;
    }
    for (let i = 0; i < valid; i++) bytes[to++] = (triple >> (16 - 8 * i)) & 255;
  }
  return bytes;
}
