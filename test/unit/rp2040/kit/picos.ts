import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { builtImage } from '@passfob/simulator/fob/built-image';
import type { MakeFob } from '../../../fob/simulation/kit/life.ts';
import { type Need, needsEspruinosRp2040 } from '../../../kit/tools.ts';
import { bootedFob } from '../../emulator/kit/resting-fob.ts';
import { trappedRom } from '../board/boot-rom.ts';
import { programOf } from '../board/firmware-file.ts';
import { type PicoOptions, rpPico } from '../board/fob.ts';

const bytesIn = (path: string) => new Uint8Array(readFileSync(path));

/** A firmware, and what its tests need of it. */
export interface RealFirmware {
  /** The name of its file, which titles of tests have. */
  readonly name: string;
  readonly chip: Pick<PicoOptions, 'rom' | 'program'>;
}

/** The need for Espruino's own firmware for the RP2040. */
export function needsRp2040(): Need<RealFirmware[]> {
  const { name, found } = needsEspruinosRp2040();
  if (found === undefined) return { name, found };
  const rom = trappedRom(bytesIn(found.bootRom));
  return {
    name,
    found: found.firmware.map(path => ({
      name: basename(path),
      chip: { rom, program: programOf(bytesIn(path)) },
    })),
  };
}

/** Returns a maker of fobs with the image of the rpi-pico on this firmware, which seem as quick as imitated ones. */
export function rpPicoFobs({ chip }: RealFirmware): MakeFob {
  return ({ board: _, espruino: __, image = builtImage('rpi-pico'), ...rest }) =>
    bootedFob(rpPico({ ...chip, image, ...rest }));
}
