import { FobError } from '../errors.ts';

/** A chip of Raspberry Pi, whose boot loader is a drive (BOOTSEL) that takes UF2 files. */
export type RpChip = 'RP2040' | 'RP2350';

/** Facts about a kind of board that flashing needs. */
export interface FlashBoard {
  /** `process.env.BOARD` of its Espruino. */
  readonly build: string;
  /** The statement that makes it boot as after a power cut. The Linux build cannot, and restarts its interpreter. */
  readonly restart: string;
  /** What its image calls of the module `crypto`, where builds of Espruino lack it. */
  readonly crypto?: readonly string[];
  readonly chip?: RpChip;
}

/** Without `pico-hid`: its console is on another port than its frames, and no Espruino for it is published. */
export type FlashBoardName = 'pico' | 'espruino-wifi' | 'rpi-pico' | 'rpi-pico2' | 'banglejs2' | 'bench';

const WITH_SHA512 = ['SHA1', 'SHA256', 'SHA512', 'AES', 'PBKDF2'] as const;

export const FLASH_BOARDS: Readonly<Record<FlashBoardName, FlashBoard>> = {
  pico: { build: 'PICO_R1_3', restart: 'E.reboot()' },
  'espruino-wifi': { build: 'ESPRUINOWIFI', restart: 'E.reboot()', crypto: WITH_SHA512 },
  'rpi-pico': {
    build: 'ESPR_RP2040_PICO',
    restart: 'E.reboot()',
    crypto: WITH_SHA512,
    chip: 'RP2040',
  },
  'rpi-pico2': { build: 'RP2350_PICO2', restart: 'E.reboot()', crypto: WITH_SHA512, chip: 'RP2350' },
  banglejs2: { build: 'BANGLEJS2', restart: 'E.reboot()' },
  bench: { build: 'LINUX', restart: 'load()' },
};

export const BOARD_NAMES = Object.keys(FLASH_BOARDS) as FlashBoardName[];

/** @throws FobError `bad-input` for a board without an image */
export function readBoardName(name: string): FlashBoardName {
  const known = BOARD_NAMES.find(each => each === name);
  if (known) return known;
  throw new FobError('bad-input', {
    sentence: 'Passfob does not flash this kind of board.',
    next: `Name one of: ${BOARD_NAMES.join(', ')}`,
  });
}

/**
 * Builds of Espruino whose `E.hwRand` is `rand()`, which nothing seeds: `jshGetRandomNumber` in `targets/esp32`,
 * `targets/esp8266` and `targets/zephyr`, `rand` in `src/jsutils.c`. The ePaper Badge and CURIO have an ESP32 as well.
 */
const PREDICTABLE = /^(?:ESP32|ESP8266|BANGLEJS3|EPAPER_BADGE|CURIO)/;

/** @throws FobError `bad-input` for a board whose random numbers are the same at each start */
export function refusePredictable(build: string): void {
  if (!PREDICTABLE.test(build)) return;
  throw new FobError('bad-input', {
    sentence: `The board says that it is ${build}. Its Espruino draws random numbers that are the same after each start, so anybody could work out its keys.`,
    next: 'Use another board: docs/boards.md lists those that Passfob runs on.',
  });
}

/** The next step on the way to a Raspberry Pi Pico that runs an image. */
export const ESPRUINO_NEEDED =
  'The board needs the Espruino that is built for Passfob, since the usual build has no cryptography (docs/espruino-rpi.md). Unplug it, hold its button BOOTSEL while you plug it in again, and run the command with --uf2 FILE.';
