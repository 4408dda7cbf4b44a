import type { Total } from '../limits/lists.ts';

const grouped = (count: number) => count.toLocaleString('en-US');

/** Texts of lists, whatever they list. */
export const listTexts = {
  any: 'Any',
  from: 'From',
  to: 'To',
  badDay: 'Not a day. Write it as 2026-01-31.',
  badFilter: 'No such value.',
  total: ({ count, kind }: Total): string => {
    const rows = `${grouped(count)} ${count === 1 && kind !== 'more' ? 'row' : 'rows'}`;
    if (kind === 'more') return `More than ${rows}`;
    return kind === 'at-least' ? `At least ${rows}` : rows;
  },
  partial: 'This page is short: so many rows were looked at, and more may follow.',
  goOn: 'Go on',
  all: 'All of them',
  clear: 'Clear filters',
  filters: 'Filters',
  without: 'Remove the filter:',
  export: 'Take out',
  exportTitle: (list: string) => `Take out: ${list}`,
  exportLead:
    'All rows of these filters as one file. It ends with their number; a file without it is not whole.',
  exportAs: { csv: 'CSV, for spreadsheets', jsonl: 'JSON Lines, for programs' },
  exportFilters: 'Filters',
  exportRows: 'Rows',
  exportAll: 'None: the whole list',
  notWhole: 'not whole unless the last line gives the number of rows',
} as const;
