import { int32, wholeNumber } from './bytes.ts';
import { BLOCK_FONT, type CustomFont } from './custom-font.ts';
import type { Realm, Value } from './realm.ts';

/** The font that `setFontCustom` was given. */
export function fontOf(realm: Realm, [bitmap, first, widths, height]: readonly Value[]): CustomFont {
  if (typeof bitmap !== 'string') throw realm.error('Font bitmap must be a String');
  const firstCharacter = int32(first);
  if (firstCharacter < 0 || firstCharacter > 255) throw realm.error('First character out of range');
  if (typeof widths !== 'string' && typeof widths !== 'number') {
    throw realm.error('Font width must be a String or an integer');
  }
  const packed = int32(height);
  if (packed >> 16 > 1) throw realm.error('fonts of more than 1 bit per pixel are not simulated');
  return {
    bitmap,
    firstCharacter,
    widths: typeof widths === 'number' ? Math.trunc(widths) : widths,
    height: packed & 255,
    scale: Math.max(1, (packed >> 8) & 255),
  };
}

/** Espruino's own letters are not copied: of those fonts there is one, of blocks of the right size, on boards that
 * have it built in. */
export function ownFont(realm: Realm, onGlass: boolean, [name, scale]: readonly Value[]): CustomFont {
  if (!onGlass || name !== '6x8') throw realm.error('Graphics.setFont is not simulated');
  return { ...BLOCK_FONT, scale: Math.max(1, wholeNumber(scale)) };
}
