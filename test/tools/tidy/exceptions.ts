/**
 * A place where a rule of `test/tools/tidy` does not hold, and why. The list may only shrink: an entry that is no longer
 * needed fails the tests, and so does one that allows more than there is.
 */
export interface Exception {
  readonly rule: 'file-lines' | 'function-lines' | 'bound' | 'console' | 'suppression';
  /** A path, with `#name` for a function or a constant. */
  readonly where: string;
  /** Lines for the two sizes, occurrences for the rest. */
  readonly count: number;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [];

/** A longer list than this means that a rule is wrong, or that it is ignored. Lower it when an exception goes. */
export const EXCEPTIONS_MAX = 0;

/** A finding of a rule. */
export interface Breach {
  readonly where: string;
  readonly count: number;
}

/**
 * Compares the findings of a rule with the list.
 *
 * @returns one sentence for every breach no exception covers and for every exception that is not (or not so far)
 * needed
 */
export function settle(rule: Exception['rule'], breaches: readonly Breach[], list = exceptions): string[] {
  const allowed = new Map(list.filter(entry => entry.rule === rule).map(entry => [entry.where, entry.count]));
  const found = new Map<string, number>();
  for (const { where, count } of breaches) found.set(where, Math.max(count, found.get(where) ?? 0));
  const refused = [...found].filter(([where, count]) => count > (allowed.get(where) ?? 0));
  const slack = [...allowed].filter(([where, count]) => count > (found.get(where) ?? 0));
  return [
    ...refused.map(([where, count]) => `${where}: ${rule} ${count}, allowed ${allowed.get(where) ?? 'none'}`),
    ...slack.map(
      ([where, count]) => `${where}: exception for ${rule} ${count}, needed ${found.get(where) ?? 'no more'}`,
    ),
  ];
}
