import { consoleLimits } from '../../../base/limits/console.ts';

/** Where the console is; its cookie goes nowhere else. */
export const HOME = '/operator';

/** An address of the console with values in its query; those that are undefined or empty are left out. */
export function at(path: string, values: Readonly<Record<string, string | number | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const text = query.toString();
  return `${HOME}${path}${text === '' ? '' : `?${text}`}`;
}

/** The address to go back to after signing in or proving: one of the console's own, and the dashboard for any other. */
export function returnPath(given: string): string {
  if (given.length > consoleLimits.returnPathMax || !given.startsWith(HOME)) return HOME;
  const base = 'http://console.invalid';
  if (!URL.canParse(given, base)) return HOME;
  const { origin, pathname, search } = new URL(given, base);
  const isOwn = origin === base && (pathname === HOME || pathname.startsWith(`${HOME}/`));
  return isOwn ? pathname + search : HOME;
}
