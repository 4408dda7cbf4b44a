import unhomoglyph from 'unhomoglyph';

/**
 * Returns the skeleton of a text: texts that look the same have the same one (UTS #39 §4). It is for comparing, not
 * for reading. The table is Unicode's own, of confusable characters. Skeletons are stored, so a new version of the
 * table needs a migration that computes them again.
 *
 * @param text a prepared user name
 */
export function skeletonOf(text: string): string {
  const visible = text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return unhomoglyph(visible).normalize('NFD');
}

/** Whether a text has characters that English keyboards lack. */
export function isBeyondAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}
