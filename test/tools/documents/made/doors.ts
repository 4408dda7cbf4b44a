import { doors } from '../../../system/doors/registry.ts';
import { tableOf } from '../../tidy/tables.ts';
import type { MadePart } from './part.ts';

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** Returns a number of bytes in at most four digits. */
function sizeText(bytes: number): string {
  if (bytes >= Number.MAX_SAFE_INTEGER) return 'any';
  let [value, unit] = [bytes, 0];
  while (value >= 10_000 && unit < UNITS.length - 1) [value, unit] = [value / 1_024, unit + 1];
  return `${Math.round(value)} ${UNITS[unit]}`;
}

function timeText(ms: number): string {
  if (ms >= Number.MAX_SAFE_INTEGER) return 'by length';
  if (ms === 0) return '–';
  return ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`;
}

/** Every door of the registry, with its bounds. */
function doorsTable(): string {
  const rows = doors.map(({ name, from, bytesMax, heldMs, holdsMax, spendsMs, bound }) => [
    ...[name, from, sizeText(bytesMax), timeText(heldMs), sizeText(holdsMax), timeText(spendsMs), bound],
  ]);
  const heading = ['door', 'from', 'largest input', 'held for', 'holds', 'costs', 'bound'];
  return tableOf(heading, rows, [2, 3, 4, 5]);
}

export const doorParts: readonly MadePart[] = [{ name: 'doors', make: doorsTable }];
