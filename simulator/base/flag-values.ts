import { UsageError } from './usage-error.ts';

/** A word that gives an option a value: `--json=1`, `--no-json=1`, `--json.1`, `-j=1`, `-j1`. */
const ASSIGNED = /^(?:--(?:no-)?([a-zA-Z][\w-]*)[.=](.*)|-([a-zA-Z])=?(.+))$/s;

const dashed = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

/**
 * Refuses values of options that take none. yargs reads every one but `true` as false, so that `--web-key=1` would leave out the
 * key.
 * @param flags the names of these options, also of one letter
 * @throws UsageError names the option and not the value
 */
export function refuseFlagValues(args: readonly string[], flags: readonly string[]): void {
  for (const word of args) {
    const [, long, longValue, letter, attached] = ASSIGNED.exec(word) ?? [];
    const name = long === undefined ? letter : dashed(long);
    const value = longValue ?? attached ?? '';
    if (name !== undefined && flags.includes(name) && value !== 'true' && value !== 'false')
      throw new UsageError(`${name.length === 1 ? '-' : '--'}${name} takes no value but true or false`);
  }
}
