import { readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { root } from '../../tidy/files.ts';
import type { Plot } from './plot.ts';

/** A table of the page; its first column holds labels. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one part of `npm run bench` measured. */
export interface Part {
  readonly at: string;
  /** Machine and versions, and the load of the machine as the part began and ended. */
  readonly conditions: readonly string[];
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  /** Plain numbers that a document computes with (`capacity.ts`). */
  readonly measures?: Readonly<Record<string, number>>;
}

/** The parts, each with a section of its own in `docs/performance.md` or `docs/capacity.md`. */
export const PARTS = [
  ...(['wire', 'provisioning', 'tray', 'validation', 'day', 'postgresql', 'lists', 'push'] as const),
  ...(['care', 'simulator', 'board', 'lives', 'try', 'start'] as const),
];
export type PartName = (typeof PARTS)[number];

export type Recorded = Partial<Record<PartName, Part>>;

const FILE = join(root, 'docs/bench.json');
const GIB = 2 ** 30;

/** Returns what was recorded last, of each part. */
export function recorded(): Recorded {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Recorded;
}

/** What a part measured, and what its reader has to know besides. The head of a table is one text, with ` | ` between the columns. */
interface Figures {
  readonly tables: readonly (readonly [head: string, rows: Table['rows']])[];
  readonly plots?: readonly Plot[];
  readonly conditions?: readonly string[];
  readonly measures?: Part['measures'];
}

/** A machine with more to do than this, one core's worth, gives no figures for a document. */
const LOAD_MAX = 1;

/**
 * Begins a part.
 *
 * @returns a function that records its figures, the other parts stay as they are; where the machine was busy before the part
 *   began, it prints them instead
 */
export function begin(name: PartName): (figures: Figures) => void {
  const before = loadavg()[0] ?? 0;
  return figures => {
    const { tables, plots = [], conditions: more = [], measures } = figures;
    if (before >= LOAD_MAX) {
      console.log(
        `${name}: not recorded, the load was ${before.toFixed(1)} before it began`,
        tables,
        measures,
      );
      return;
    }
    const load = `load ${before.toFixed(1)} at the start, ${(loadavg()[0] ?? 0).toFixed(1)} at the end`;
    const conditions = [machine(), `Node ${process.versions.node}`, ...more, load];
    const at = new Date().toISOString().slice(0, 10);
    const made = tables.map(([head, rows]) => ({ head: head.split(' | '), rows }));
    const part: Part = { at, conditions, tables: made, plots, ...(measures && { measures }) };
    const all: Recorded = { ...recorded(), [name]: part };
    const sorted = Object.fromEntries(PARTS.flatMap(known => (all[known] ? [[known, all[known]]] : [])));
    writeFileSync(FILE, `${JSON.stringify(sorted, undefined, 1)}\n`);
  };
}

function machine(): string {
  const model = (cpus()[0]?.model ?? 'unknown processor').trim();
  return `${availableParallelism()} cores of ${model}, ${Math.round(totalmem() / GIB)} GB, ${type()} ${release().split('-')[0]} ${arch()}`;
}

/** Returns the least, the median and the most of some values. */
export function spread(values: readonly number[]): { least: number; median: number; most: number } {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { least: at(0), median: at(0.5), most: at(1) };
}

/** Writes the median, and the least and the most in parentheses: `90 (85–120) µs`. */
export function withSpread(values: readonly number[], unit: string, digits = 0): string {
  const { least, median, most } = spread(values);
  const [low, middle, high] = [least, median, most].map(value => grouped(value, digits));
  return `${middle} (${low}–${high})${unit === '' ? '' : ` ${unit}`}`;
}

/** Writes the same of a figure of each round. */
export const spreadOf = <T>(
  rounds: readonly T[],
  figure: (round: T) => number,
  unit: string,
  digits = 0,
): string => withSpread(rounds.map(figure), unit, digits);

/** Writes a number with commas between thousands. */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
