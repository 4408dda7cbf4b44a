/** Budgets of the images, from what the boards hold. */

export interface Budget {
  /** Bytes of all files of the image, minified. */
  readonly imageBytes: number;
  /** Interpreter variables in use after boot with 32 accounts, and what the board has. */
  readonly variables: number;
  readonly variablesTotal: number;
}

export const BUDGETS = {
  pico: { imageBytes: 38_500, variables: 3_400, variablesTotal: 5_100 },
  'pico-hid': { imageBytes: 38_500, variables: 3_400, variablesTotal: 5_100 },
  banglejs2: { imageBytes: 38_500, variables: 5_000, variablesTotal: 12_000 },
  // The interpreter on Linux has no such limits; a bound near the pico's keeps the shared core honest. The ports of the
  // bench are objects of files and numbers, and cost more variables than chips.
  bench: { imageBytes: 37_000, variables: 3_900, variablesTotal: 5_100 },
} as const satisfies Record<string, Budget>;

export type ImageBoard = keyof typeof BUDGETS;

/** Characters of a string that is left in flash: a shorter one needs no more than the variable that would refer there. */
export const RAW_STRING_MIN = 8;

/**
 * Functions that stay functions though they are called in one place: what is seldom run by something that a person waits
 * for. The interpreter reads over what it does not run.
 */
export const APART =
  'countedAccount folded lettered nameOther openOld openUnready pad pressMain pressOther rekeyed releaseOther turn viewNext ' +
  'viewOther viewTotp';
