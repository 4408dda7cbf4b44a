import { type ProjectFile, place } from './files.ts';
import { scan } from './scan.ts';

/** A bound written as a number where it is used, instead of in its part's `limits.ts`. */
export interface Bound {
  readonly name: string;
  readonly where: string;
}

/** The words by which this project names bounds (units last). */
const UNITS = 'MAX|MIN|LIMIT|BYTES|CHARS|MS|SECONDS|MINUTES|HOURS|DAYS|ATTEMPTS|RETRIES|DEPTH|BUDGET';
const CONSTANT_NAME = new RegExp(`^(?:[A-Z0-9_]+_)?(?:${UNITS})$|^(?:MAX|MIN)_|_(?:MAX|MIN)_`);
const VARIABLE_NAME =
  /(?:Max|Min|Limit|Timeout|TimeoutMs|DelayMs|IntervalMs|Attempts|Retries)$|^(?:max|min|timeout|limit)(?:[A-Z]|$)/;

/** A number, or a product of numbers: `30_000`, `0x40`, `3 * 60`, `1 << 16`. */
const NUMBER = String.raw`-?(?:0x[\da-f_]+|[\d_]+(?:\.\d+)?)`;
const NUMBERS = new RegExp(`^${NUMBER}(?:\\s*(?:[-*/+]|<<)\\s*${NUMBER})*$`, 'i');
const ASSIGNMENT =
  /(?:\b(const|let|static|readonly)\s+)?([A-Za-z_$][\w$]*)\s*(?::\s*number\s*)?([=:])\s*([-\d][\w\s.*/+<-]*)(?=[;,)}\n])/g;

/** 0 and 1 say none and one; they bound nothing that could be tuned. */
const isTelling = (digits: string): boolean => NUMBERS.test(digits) && !/^-?[01]$/.test(digits);

/** Returns the bounds in a file that should stand in its part's `limits.ts`. */
export function boundsIn(file: ProjectFile): Bound[] {
  const { code } = scan(file.text);
  return [...code.matchAll(ASSIGNMENT)].flatMap(([, , name = '', sign = '', value = ''], index, all) => {
    if (/^(?:MINUTE|HOUR|DAY|WEEK|YEAR)_/.test(name)) return [];
    const pattern = name === name.toUpperCase() ? CONSTANT_NAME : VARIABLE_NAME;
    if (!pattern.test(name) || !isTelling(value.trim()) || (sign === ':' && name === name.toUpperCase()))
      return [];
    return [{ name, where: place(file, all[index]?.index ?? 0) }];
  });
}

/** Whether the rule applies to this file: code of the parts, except their limits files. */
export function isBounded(path: string): boolean {
  return (
    /^(protocol|firmware|simulator|emulator|host|service|demo)\//.test(path) &&
    !/\/limits(?:\.ts$|\/)/.test(path)
  );
}
