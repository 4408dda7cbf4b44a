/** Budgets of the images, from the capacity of the boards. */

export interface Budget {
  /** Bytes of all files of the image, minified. */
  readonly imageBytes: number;
  /** Interpreter variables in use after boot with 32 accounts, and the limit at the peak. */
  readonly variables: number;
  readonly variablesTotal: number;
}

/** Characters that tell one emulator from another. */
export const EMULATOR_HASH_CHARS = 16;

/** Storage of an Espruino Pico: three pages of flash. */
export const PICO_STORAGE_BYTES = 49_152;
/**
 * Files of PIN attempts, a thousand in each, and pairings after flashing, for which the largest image leaves room.
 */
export const PICO_ATTEMPT_FILES = 2;
export const PICO_PAIRINGS = 42;
/** Bytes that stay free, so that no write compacts: a pairing that would leave less is refused. */
export const STORAGE_FREE_BYTES = 228;

/**
 * The image of an Espruino Pico may use the part of its Storage that is left beside every file that the fob may ever write:
 *
 * | file | bytes | in Storage, with a header of 32 |
 * | --- | --: | --: |
 * | `.boot0`, `.bootcde` and `app` | 42,000 | up to 42,105 |
 * | `birth` | 32 | 64 |
 * | `keys`, as flashed | 75 | 108 |
 * | `keys` of each pairing: an erased file keeps its place | 74 | 108 |
 * | `marks0` and `marks1` | 1,024 | 1,056 |
 *
 * 42,105 + 64 + 108 + 42 × 108 + 2 × 1,056 = 48,925 of 49,152. `test/unit/firmware/capacity.test.ts` measures it.
 *
 * Of its 5,100 variables 1,833 were free on the board's own firmware with 33 accounts, when the ledger had 3,267: the
 * ledger's count equals the board's use. 1,000 must be left at the peak for the board's drivers, a received frame and
 * a flat string of the crypto library.
 */
export const BUDGETS = {
  pico: { imageBytes: 42_000, variables: 3_600, variablesTotal: 4_100 },
  'pico-hid': { imageBytes: 42_000, variables: 3_600, variablesTotal: 4_100 },
  // One page of 64 kB of Storage, and 8,190 variables.
  'espruino-wifi': { imageBytes: 42_000, variables: 3_600, variablesTotal: 7_100 },
  // 256 kB of Storage (3 MB on the Pico 2) and 12,000 variables: these bounds only reveal growth.
  'rpi-pico': { imageBytes: 42_000, variables: 3_600, variablesTotal: 11_000 },
  'rpi-pico2': { imageBytes: 42_000, variables: 3_600, variablesTotal: 11_000 },
  // Megabytes of Storage and 12,000 variables.
  banglejs2: { imageBytes: 42_000, variables: 5_000, variablesTotal: 12_000 },
  // The interpreter on Linux has no such limits; a bound near the Espruino Pico's limits the shared core. The bench's ports
  // are objects with files and numbers, and need more variables than chips.
  bench: { imageBytes: 40_500, variables: 4_100, variablesTotal: 5_100 },
} as const satisfies Record<string, Budget>;

export type ImageBoard = keyof typeof BUDGETS;

/** Shortest string that is left in flash. A shorter one needs no more than the variable that would refer to it. */
export const RAW_STRING_MIN = 8;

/**
 * Functions that are not inlined although they are called in only one place: code that rarely runs, called by code
 * for which a person waits. The interpreter also reads code that it skips.
 */
export const APART =
  'countedAccount countOther countTotp folded handleDue lettered nameOther openOld openUnready pad pressOther rekeyed ' +
  'releaseOther showNext';

/**
 * Names that are declared first, the most used ones before all others: those of each way to a passcode and of each record
 * that is read, by the interpreter's own searches.
 */
export const FIRST =
  'floor Bytes time lost seconds ms toBytes crc32 doDue handleDue line max min Writer Reader Words paragraph ' +
  'readTwice tagAt eachField draw current act openAccount showCode countTotp asksPin isForApprovals grouped centred right ' +
  'LAYOUTS code headline list show crypt tagOf';
