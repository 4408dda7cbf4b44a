import type { BootOptions, SimulatedFob } from './fob.ts';

/** Makes a board that runs a firmware: `virtualBoard` of `@passfob/emulator`, which its program passes in for `--firmware`. */
export type FirmwareBoard = (
  options: Omit<BootOptions, 'board' | 'espruino'> & {
    readonly firmware: Uint8Array;
    readonly updateFirmware: boolean;
  },
) => SimulatedFob;
