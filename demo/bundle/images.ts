import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedImages } from '../try/page/embedded.ts';
import type { SharedText } from '../try/page/shared-text.ts';
import { shareText } from './shared-text.ts';

const MANIFEST = 'manifest.json';

/**
 * Returns the built images of the boards as the page carries them.
 * @param folder of the images, a folder for each board
 */
export function embeddedImages(folder: string): EmbeddedImages {
  const base = readFileSync(join(folder, 'pico', 'app'), 'latin1');
  const filesOf = (board: string): Record<string, SharedText> =>
    Object.fromEntries(
      readdirSync(join(folder, board))
        .filter(name => name !== MANIFEST)
        .sort()
        .map(name => [name, shareText(base, readFileSync(join(folder, board, name), 'latin1'))]),
    );
  const boards = {
    pico: filesOf('pico'),
    'pico-hid': filesOf('pico-hid'),
    'rpi-pico': filesOf('rpi-pico'),
    banglejs2: filesOf('banglejs2'),
  };
  return { base, boards };
}
