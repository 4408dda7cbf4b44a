import { FobError } from '../errors.ts';

/** Stands before a word that yargs would drop or read as an option or its value. No shell passes it on. */
const LITERAL = '\u0001';

/** A word that gives an option a value: `--yes=no`, `--yes.no`, `-n=1`, `-n1`. */
const LONG = /^(--[\w-]+)[.=](.*)$/s;
const SHORT = /^-[a-zA-Z]*([a-zA-Z])(?:=(.*)|([^a-zA-Z=].*))$/s;

/** Makes arguments of `-` and of the words after `--`, which yargs would drop. */
export function withLiterals(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args
    .filter((_, at) => at !== end)
    .map((word, at) => {
      const isLiteral = end >= 0 && at >= end && /^-|^(?:true|false)$/.test(word);
      return isLiteral || word === '-' ? LITERAL + word : word;
    });
}

/** Restores the words of `withLiterals` in parsed arguments. */
export function restoreLiterals(given: Record<string, unknown>): void {
  const restored = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(restored);
    return typeof value === 'string' && value.startsWith(LITERAL) ? value.slice(LITERAL.length) : value;
  };
  for (const [name, value] of Object.entries(given)) given[name] = restored(value);
}

/**
 * Refuses values of options that take none. yargs reads every one but `true` as false, so that `--dry-run=1` would
 * change a fob.
 * @throws FobError `usage`; names the option and not the value, which may be a secret in the wrong place
 */
export async function refuseFlagValues(words: readonly string[]): Promise<void> {
  if (!words.some(word => LONG.test(word) || SHORT.test(word))) return;
  const { locateCommand, optionOf } = await import('./command-help.ts');
  const { help } = await locateCommand(words);
  let isValue = false;
  for (const word of words) {
    const [, long, longValue] = LONG.exec(word) ?? [];
    const [, letter = '', assigned, attached] = SHORT.exec(word) ?? [];
    const flag = isValue ? undefined : optionOf(help, long ?? `-${letter}`);
    const value = longValue ?? assigned ?? attached ?? '';
    if (flag !== undefined && !flag.isValued && value !== 'true' && value !== 'false')
      throw new FobError('usage', { sentence: `--${flag.name} takes no value but true or false.` });
    // yargs drops what follows a dot.
    if (flag !== undefined && word.startsWith(`${long}.`))
      throw new FobError('usage', { sentence: `--${flag.name} takes its value behind a space or =.` });
    isValue = !isValue && optionOf(help, word)?.isValued === true;
  }
}
