import { consoleLimits } from '../../../base/limits/console.ts';

/** The path of the console; its cookie goes nowhere else. */
export const HOME = '/operator';

/** Returns an address of the console with values in its query. Undefined and empty values are left out. */
export function at(path: string, values: Readonly<Record<string, string | number | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const text = query.toString();
  return `${HOME}${path}${text === '' ? '' : `?${text}`}`;
}

/**
 * Returns the address to go back to after signing in or proving: an address of the console, or the dashboard in place
 * of any other.
 */
export function returnPath(given: string): string {
  if (given.length > consoleLimits.returnPathMax || !given.startsWith(HOME)) return HOME;
  const base = 'http://console.invalid';
  if (!URL.canParse(given, base)) return HOME;
  const { origin, pathname, search } = new URL(given, base);
  const isOwn = origin === base && (pathname === HOME || pathname.startsWith(`${HOME}/`));
  return isOwn ? pathname + search : HOME;
}
