import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tidy/files.ts';
import { firmwareTable } from './firmware.ts';
import { alternative, drawPlot, type Plot } from './plot.ts';
import { PARTS, type Part, type Recorded, recorded, type Table } from './record.ts';
import { virtualBoardTables } from './virtual-board.ts';

export const PAGE = 'docs/performance.md';

const NOT_MEASURED = 'The ledger has no figures of this yet.\n';

const sectionOf = (name: string) => new RegExp(`(<!-- bench:${name} -->\\n)[\\s\\S]*?(<!-- /bench -->)`);

/** Returns the page with the figures that were recorded last. @throws if it has no place for a part */
export function withFigures(page: string, figures: Recorded = recorded()): string {
  const sections = [
    ['firmware', markdownOf(firmwareTable())] as const,
    ['virtual-board', virtualBoardTables().map(markdownOf).join('\n\n') || NOT_MEASURED] as const,
    ...PARTS.flatMap(name => {
      const part = figures[name];
      return part === undefined ? [] : [[name, sectionText(part)] as const];
    }),
  ];
  return sections.reduce((text, [name, section]) => {
    if (!sectionOf(name).test(text)) throw new Error(`${PAGE} has no place for the part ${name}`);
    return text.replace(sectionOf(name), (_, begin: string, end: string) => `${begin}\n${section}\n${end}`);
  }, page);
}

/** Returns the pictures by path. */
export function pictures(figures: Recorded = recorded()): Map<string, string> {
  const plots = Object.values(figures).flatMap(part => part.plots);
  return new Map(plots.map(plot => [pathOf(plot), drawPlot(plot)]));
}

const pathOf = ({ name }: Plot) => `docs/images/bench-${name}.svg`;

/** Writes page and pictures. */
export function writeFigures(): void {
  const page = readFileSync(join(root, PAGE), 'utf8');
  writeFileSync(join(root, PAGE), withFigures(page));
  for (const [path, drawn] of pictures()) writeFileSync(join(root, path), drawn);
}

function sectionText({ at, conditions, tables, plots }: Part): string {
  return [
    `Measured ${at}: ${conditions.join('; ')}. A figure with parentheses is the median, with the least and the most in them.`,
    ...tables.map(markdownOf),
    ...plots.map(plot => `![${alternative(plot)}](images/bench-${plot.name}.svg)`),
  ]
    .map(block => `${block}\n`)
    .join('\n');
}

function markdownOf({ head, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `| ${head.map((_, nth) => (nth === 0 ? '---' : '--:')).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
