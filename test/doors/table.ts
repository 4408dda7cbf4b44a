import { doors } from './registry.ts';

/** The document whose table `npm run docs` makes of the registry. */
export const DOORS_DOCUMENT = 'docs/threat-model.md';

const BEGIN = '<!-- doors -->';
const END = '<!-- /doors -->';
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

/** Returns the document with the table as the registry gives it. @throws without the two markers */
export function withDoorTable(document: string): string {
  const [before, rest] = document.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`${DOORS_DOCUMENT} has no ${BEGIN} … ${END}`);
  const rows = doors.map(({ name, from, bytesMax, heldMs, holdsMax, spendsMs, bound }) =>
    ['', name, from, sizeText(bytesMax), timeText(heldMs), sizeText(holdsMax), timeText(spendsMs), bound, '']
      .join(' | ')
      .trim(),
  );
  const heading = [
    '| door | from | largest input | held for | holds | costs | bound |',
    '|---|---|--:|--:|--:|--:|---|',
  ];
  return [before, BEGIN, '\n\n', [...heading, ...rows].join('\n'), '\n\n', END, after].join('');
}
