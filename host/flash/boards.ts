import { FobError } from '../errors.ts';

/** Facts about a kind of board that flashing needs. */
export interface FlashBoard {
  /** `process.env.BOARD` of its Espruino. */
  readonly build: string;
  /** The statement that makes it boot as after a power cut. The Linux build cannot, and restarts its interpreter. */
  readonly restart: string;
}

/** Without `pico-hid`: its console is on another port than its frames, and no Espruino for it is published. */
export const FLASH_BOARDS = {
  pico: { build: 'PICO_R1_3', restart: 'E.reboot()' },
  banglejs2: { build: 'BANGLEJS2', restart: 'E.reboot()' },
  bench: { build: 'LINUX', restart: 'load()' },
} as const satisfies Record<string, FlashBoard>;

export type FlashBoardName = keyof typeof FLASH_BOARDS;

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
