/** Arguments that are looked for before the rest is parsed. */

/**
 * The word with which a shell's script asks for completions; all words of the line follow, the one to complete last.
 */
export const COMPLETE = '--complete';

/** Each of them alone prints the version. */
export const VERSION_ARGUMENTS: readonly string[] = ['--version', '-V', '-v', 'version'];

/** Whether the output is JSON. Errors must be JSON too, even if the command line cannot be parsed. */
export function isJsonAsked(args: readonly string[]): boolean {
  return args.some(arg => arg === '--json' || LETTERS_WITH_J.test(arg));
}

/** `-j` among the letters of options that take no value. */
const LETTERS_WITH_J = /^-[abgjny]*j[abgjny]*$/;
