import unhomoglyph from 'unhomoglyph';

/**
 * What a text looks like: texts that look the same have one skeleton (UTS #39 §4), which is for comparing and not for
 * reading. The table is Unicode's own, of confusable characters. Skeletons are stored, so another version of the table comes
 * with a migration that makes them again.
 *
 * @param text a prepared user name
 */
export function skeletonOf(text: string): string {
  const visible = text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return unhomoglyph(visible).normalize('NFD');
}

/** Whether a text has characters that keyboards for English do not. */
export function isBeyondAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}
