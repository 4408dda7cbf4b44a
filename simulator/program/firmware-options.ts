import type { Argv } from 'yargs';
import { FIRMWARE_FILE_MAX_BYTES } from '../base/limits.ts';
import { readAtMost } from '../base/node/read-at-most.ts';
import { UsageError } from '../base/usage-error.ts';

/** The options of a board that runs its manufacturer's firmware. */
export function addFirmware<T>(parser: Argv<T>) {
  return parser
    .option('firmware', {
      string: true,
      requiresArg: true,
      describe: "Espruino's own firmware for the board (.bin): the package @passfob/emulator runs it",
    })
    .option('update-firmware', {
      boolean: true,
      default: false,
      describe: 'with --firmware and --storage: put this firmware on a board that was kept with another one',
    });
}

/** Boards whose microcontroller @passfob/emulator is. */
const STM32F4_BOARDS = ['pico', 'espruino-wifi'];

interface FirmwareGiven {
  readonly firmware?: string | undefined;
  readonly updateFirmware?: unknown;
  readonly board: string;
  readonly espruino?: unknown;
  readonly usbip?: unknown;
  readonly storage?: unknown;
}

/** Returns a message for the user if these options contradict each other. */
export function checkFirmware(given: FirmwareGiven): string | undefined {
  const { firmware, updateFirmware, board, espruino, usbip, storage } = given;
  if (firmware === undefined)
    return updateFirmware === true ? '--update-firmware needs --firmware FILE' : undefined;
  if (!STM32F4_BOARDS.includes(board)) {
    return `--firmware is for ${STM32F4_BOARDS.join(' and ')}: leave out --board=${board}`;
  }
  if (espruino !== undefined) return '--firmware is a version of Espruino itself: leave out --espruino';
  if (usbip !== undefined)
    return 'the USB of a board with --firmware ends at a computer in software: leave out --usbip';
  if (updateFirmware === true && storage === undefined) {
    return '--update-firmware changes a board that is kept: add --storage';
  }
  return undefined;
}

/**
 * Reads the file of `--firmware`.
 * @throws UsageError with a message for the user
 */
export function readFirmware(path: string): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readAtMost(path, FIRMWARE_FILE_MAX_BYTES);
  } catch (error) {
    throw new UsageError(`--firmware: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (bytes === undefined) {
    throw new UsageError(
      `--firmware: ${path} has more than ${FIRMWARE_FILE_MAX_BYTES} bytes: it is no firmware`,
    );
  }
  return bytes;
}
