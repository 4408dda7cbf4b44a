import { RP_ESPRUINO_BUILDS } from 'passfob/flash/espruino-builds';
import { tableOf } from '../../tidy/tables.ts';
import type { MadePart } from './part.ts';

/** The builds whose hashes `passfob flash` knows. */
function buildsTable(): string {
  const rows = RP_ESPRUINO_BUILDS.map(({ family, espruino, sha256 }) => [family, espruino, `\`${sha256}\``]);
  return tableOf(['chip', 'Espruino', 'SHA-256 of the .uf2 file'], rows);
}

export const espruinoParts: readonly MadePart[] = [{ name: 'espruino-rpi-builds', make: buildsTable }];
