import type { SharedText } from '../try/page/shared-text.ts';
import { MATCH_CHARS_MIN } from './limits.ts';

/**
 * Writes a text as pieces of another one and what is new. The images of the boards have most of their code in common, further
 * apart than gzip looks back.
 */
export function shareText(base: string, text: string): SharedText {
  const places = new Map<string, number>();
  for (let at = 0; at + MATCH_CHARS_MIN <= base.length; at++) {
    const key = base.slice(at, at + MATCH_CHARS_MIN);
    if (!places.has(key)) places.set(key, at);
  }
  const pieces: (string | readonly [number, number])[] = [];
  let literal = 0;
  let at = 0;
  while (at < text.length) {
    const from = places.get(text.slice(at, at + MATCH_CHARS_MIN));
    if (from === undefined) {
      at++;
      continue;
    }
    let length = MATCH_CHARS_MIN;
    while (
      from + length < base.length &&
      at + length < text.length &&
      base[from + length] === text[at + length]
    )
      length++;
    if (literal < at) pieces.push(text.slice(literal, at));
    pieces.push([from, length]);
    at += length;
    literal = at;
  }
  if (literal < text.length) pieces.push(text.slice(literal));
  return pieces;
}
