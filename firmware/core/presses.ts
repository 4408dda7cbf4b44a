import { PRESS_ENTRIES, PRESS_ENTRY_BYTES, PRESS_MODULUS } from './base/limits.ts';

/** Returns the lower three bytes of an account's id; never 0, which is an empty entry. */
export function tagOf(id: number): number {
  return id & 0xffffff || 1;
}

/** Reads three bytes of the press journal. */
export function tagAt(content: Uint8Array, at: number): number {
  return ((content[at] as number) << 16) | ((content[at + 1] as number) << 8) | (content[at + 2] as number);
}

/**
 * Returns an account's counter according to the press journal: the same as in the record or ahead, since a record is
 * written last.
 */
export function aheadOf(content: Uint8Array, id: number, counter: number): number {
  const tag = tagOf(id);
  for (let at = 0; at < PRESS_ENTRIES * PRESS_ENTRY_BYTES; at += PRESS_ENTRY_BYTES) {
    if (tagAt(content, at) !== tag) continue;
    const ahead = counter - (counter % PRESS_MODULUS) + tagAt(content, at + 3);
    return ahead < counter ? ahead + PRESS_MODULUS : ahead;
  }
  return counter;
}
