import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MadeFile, MadePart } from '../../documents/made/part.ts';
import { withMade } from '../../documents/made/places.ts';
import { root } from '../../tidy/files.ts';
import { tableOf } from '../../tidy/tables.ts';
import { capacityTable } from './capacity.ts';
import { firmwareTable } from './firmware.ts';
import { alternative, drawPlot, type Plot } from './plot.ts';
import { PARTS, type Part, recorded, type Table } from './record.ts';
import { virtualBoardTables } from './virtual-board.ts';

const PAGES = ['docs/performance.md', 'docs/capacity.md'];

/** The tables of the pages, a part for each part of `npm run bench` and two from the ledger. */
export const figureParts: readonly MadePart[] = [
  { name: 'bench-firmware', make: () => markdownOf(firmwareTable()) },
  { name: 'bench-virtual-board', make: () => virtualBoardTables().map(markdownOf).join('\n\n') },
  { name: 'capacity', make: previous => capacityText(recorded().day) ?? previous },
  ...PARTS.map(name => ({
    name: `bench-${name}`,
    make(previous: string) {
      const part = recorded()[name];
      return part === undefined ? previous : sectionText(part);
    },
  })),
];

/** Returns the pictures of the figures that were recorded last. */
export function pictures(): MadeFile[] {
  const plots = Object.values(recorded()).flatMap(part => part.plots);
  return plots.map(plot => ({ path: pathOf(plot), make: () => drawPlot(plot) }));
}

const pathOf = ({ name }: Plot) => `docs/images/bench-${name}.svg`;

/** Writes pages and pictures. */
export async function writeFigures(): Promise<void> {
  for (const page of PAGES) {
    const text = readFileSync(join(root, page), 'utf8');
    writeFileSync(join(root, page), await withMade(text, figureParts));
  }
  for (const { path, make } of pictures()) writeFileSync(join(root, path), make());
}

function sectionText({ at, conditions, tables, plots }: Part): string {
  return [
    `Measured ${at}: ${conditions.join('; ')}. A figure with parentheses is the median, with the least and the most in them.`,
    ...tables.map(markdownOf),
    ...plots.map(plot => `![${alternative(plot)}](images/bench-${plot.name}.svg)`),
  ].join('\n\n');
}

function capacityText(day: Part | undefined): string | undefined {
  return day?.measures && markdownOf(capacityTable(day.measures));
}

const markdownOf = ({ head, rows }: Table): string => tableOf(head, rows, [...head.keys()].slice(1));
