import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needsEspruinosRp2040 } from '../../../kit/tools.ts';
import { versionTold } from '../../emulator/run/version.ts';
import { trappedRom } from '../board/boot-rom.ts';
import { programOf } from '../board/firmware-file.ts';
import { rpPico } from '../board/fob.ts';

/** Returns name and version of the program that runs the firmware. */
export function rp2040jsVersion(root: string): string {
  const manifest = readFileSync(join(root, 'node_modules/rp2040js/package.json'), 'utf8');
  const { name, version } = JSON.parse(manifest) as { readonly name: string; readonly version: string };
  return `${name} ${version}`;
}

/**
 * Returns what a firmware says of its version and its commit in Espruino's repository, such as `2v29 6106910b8`.
 *
 * @throws where it prints nothing of the kind, or no boot ROM is named
 */
export function versionOnPico(firmware: Uint8Array): string {
  const { found } = needsEspruinosRp2040();
  if (found === undefined) throw new Error('no boot ROM is named');
  const rom = trappedRom(new Uint8Array(readFileSync(found.bootRom)));
  return versionTold(rpPico({ rom, program: programOf(firmware), seed: 1 }));
}
