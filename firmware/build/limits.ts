/** Budgets of the images, from what the boards hold. */

export interface Budget {
  /** Bytes of all files of the image, minified. */
  readonly imageBytes: number;
  /** Interpreter variables in use after boot with 32 accounts, and what may be in use at the peak. */
  readonly variables: number;
  readonly variablesTotal: number;
}

/** Storage of a Pico: three pages of flash. */
export const PICO_STORAGE_BYTES = 49_152;
/** Files of PIN attempts, a thousand in each, and pairings after the flashing, that the largest image leaves room for. */
export const PICO_MARK_FILES = 2;
export const PICO_PAIRINGS = 42;
/** Never filled, so that no write compacts: a pairing is refused that would leave less. */
export const STORAGE_FREE_BYTES = 228;

/**
 * The image of a Pico has what its Storage leaves beside every file that the fob may ever write:
 *
 * | file | bytes | in Storage, with a header of 32 |
 * | --- | --: | --: |
 * | `.boot0`, `.bootcde` and `app` | 42,000 | up to 42,105 |
 * | `birth` | 32 | 64 |
 * | `keys`, as flashed | 75 | 108 |
 * | `keys` of each pairing: an erased file keeps its place | 74 | 108 |
 * | `marks0` and `marks1` | 1,024 | 1,056 |
 *
 * 42,105 + 64 + 108 + 42 × 108 + 2 × 1,056 = 48,925 of 49,152. `test/firmware/room.test.ts` measures it.
 *
 * Of its 5,100 variables 1,833 were free on the board's own firmware with 33 accounts, when the ledger had 3,267: what the
 * ledger counts is what the board uses. 1,000 have to be left at the peak, for what the board's drivers, a received frame and
 * a flat string of the crypto library take beside it.
 */
export const BUDGETS = {
  pico: { imageBytes: 42_000, variables: 3_600, variablesTotal: 4_100 },
  'pico-hid': { imageBytes: 42_000, variables: 3_600, variablesTotal: 4_100 },
  // Megabytes of Storage and 12,000 variables: these bounds only show growth.
  banglejs2: { imageBytes: 42_000, variables: 5_000, variablesTotal: 12_000 },
  // The interpreter on Linux has no such limits; a bound near the pico's keeps the shared core honest. The ports of the
  // bench are objects of files and numbers, and cost more variables than chips.
  bench: { imageBytes: 40_500, variables: 4_100, variablesTotal: 5_100 },
} as const satisfies Record<string, Budget>;

export type ImageBoard = keyof typeof BUDGETS;

/** Characters of a string that is left in flash: a shorter one needs no more than the variable that would refer there. */
export const RAW_STRING_MIN = 8;

/**
 * Functions that stay functions though they are called in one place: what is seldom run by something that a person waits
 * for. The interpreter reads over what it does not run.
 */
export const APART =
  'countedAccount folded handleDue lettered nameOther openOld openUnready pad pressOther rekeyed releaseOther viewNext ' +
  'viewOther viewTotp';
