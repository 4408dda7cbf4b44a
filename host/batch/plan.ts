import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { ATTEMPTS_MAX, ATTEMPTS_MIN, PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { readSerial } from '../client/fob-serial.ts';
import { type EnrolSource, readEnrolment } from '../commands/enrol-source.ts';
import { checkEnrolment, type Enrolment } from '../enrol/enrolment.ts';
import { CHARACTERS_DEFAULT, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../enrol/limits.ts';
import { FobError, isFobError } from '../errors.ts';
import { LOCK_SECONDS_MAX } from '../limits.ts';
import { PIN_USE_BITS, type PinUse, type Policy } from '../owner/status.ts';
import { type FileSource, readWhole } from '../read-whole.ts';
import { readCsv } from './csv.ts';
import { BAD_LINES_REPORTED_MAX, BAD_LINES_SHOWN_MAX, PLAN_BYTES_MAX } from './limits.ts';

/** One account of a plan, and the settings for its fob. */
export interface PlanRow {
  /** Line number in the file, for error messages. */
  readonly line: number;
  /** The same in every reading of the plan: a key from the row's content and its number among equal rows. */
  readonly key: string;
  /** The intended fob; undefined: any. */
  readonly serial: string | undefined;
  readonly issuer: string;
  readonly label: string;
  readonly user: string;
  readonly upn: string;
  readonly source: EnrolSource;
  readonly policy: Partial<Policy>;
  readonly setsClock: boolean;
}

export interface BatchPlan {
  /** The name of the file, under which its journal is stored. */
  readonly name: string;
  readonly rows: readonly PlanRow[];
}

const COLUMNS = [
  ...['serial', 'issuer', 'label', 'user', 'upn', 'kind', 'algorithm', 'alphabet', 'digits', 'period'],
  ...['secret', 'clock', 'pin-digits', 'attempts', 'on-limit', 'lock-after', 'ask', 'typing'],
] as const;
/** Cells that identify a row's account; the others may change while a batch is under way. */
const IDENTIFYING: readonly string[] = COLUMNS.slice(0, 11);

type Cells = Readonly<Record<string, string>>;

/**
 * Reads and validates a whole plan, before any fob is searched for.
 * @param name default: that of the file
 * @throws FobError `bad-input` that lists all mistakes by line and cell, and never quotes secrets; `cancelled`
 */
export async function readPlan(
  source: FileSource,
  signal?: AbortSignal,
  name: string = basename(typeof source === 'string' ? source : source.name),
): Promise<BatchPlan> {
  const folder = typeof source === 'string' ? dirname(source) : '.';
  const text = Buffer.from(await readWhole(source, PLAN_BYTES_MAX, signal)).toString('utf8');
  const [heading, ...records] = readCsv(text);
  if (heading === undefined || records.length === 0) throw badPlan('The plan holds no rows.');
  const bad: BadLine[] = [];
  const columns = columnsOf(heading.line, heading.cells, bad);
  const rows: PlanRow[] = [];
  const equals = new Map<string, number>();
  for (const { line, cells } of records) {
    if (cells.length > columns.length) {
      bad.push({ line, reason: 'It has more cells than the heading.', next: 'Correct the plan.' });
      continue;
    }
    const named = Object.fromEntries(columns.map((column, at) => [column ?? '', cells[at] ?? '']));
    const content = JSON.stringify(IDENTIFYING.map(column => named[column] ?? ''));
    const number = equals.get(content) ?? 0;
    equals.set(content, number + 1);
    const key = createHash('sha256').update(`${content}\n${number}`).digest('hex');
    const reading = new CellReader(line, named);
    const row = await rowOf(reading, key, folder, signal);
    bad.push(...reading.bad);
    if (row !== undefined) rows.push(row);
  }
  if (bad.length > 0) throw badLines(bad);
  return { name, rows };
}

/**
 * Returns the column of each cell; undefined for a heading that is no column. An unknown heading is not quoted: the
 * first line of a file without headings may contain a secret.
 */
function columnsOf(line: number, cells: readonly string[], bad: BadLine[]): (string | undefined)[] {
  const columns = cells.map(cell => {
    const name = cell.toLowerCase().replace(/[\s_]+/g, '-');
    return COLUMNS.find(known => known === name);
  });
  for (const [at, column] of columns.entries()) {
    if (column !== undefined && columns.indexOf(column) === at) continue;
    const reason =
      column === undefined
        ? `Column ${at + 1} has a heading that passfob does not know.`
        : `Column ${at + 1} has the same heading as another one: "${column}".`;
    bad.push({ line, reason, next: `Use each at most once: ${COLUMNS.join(', ')}.` });
  }
  return columns;
}

/** A mistake in a line: the reason and the next step. */
export interface BadLine {
  readonly line: number;
  /** The cell, where the mistake is in one. */
  readonly column?: string;
  readonly reason: string;
  readonly next: string;
}

/** Makes one error of all mistakes (the first ones if there are many), so that a plan is corrected in one go. */
export function badLines(bad: readonly BadLine[]): FobError {
  const [first, ...others] = bad;
  if (first !== undefined && others.length === 0) {
    const { line, reason, next } = first;
    return new FobError('bad-input', { sentence: `Line ${line} of the plan: ${reason}`, next });
  }
  const shown = bad.slice(0, BAD_LINES_SHOWN_MAX);
  const lines = shown.map(({ line, reason, next }) => `Line ${line}: ${[reason, next].join(' ')}`);
  const count = new Set(bad.map(({ line }) => line)).size;
  const subject = count === 1 ? '1 line' : `${count} lines`;
  return new FobError('bad-input', {
    sentence: `${subject} of the plan cannot be used:`,
    lines: bad.length > shown.length ? [...lines, `and ${bad.length - shown.length} more.`] : lines,
    next: 'Correct them, and run the command again.',
    details: { lines: bad.slice(0, BAD_LINES_REPORTED_MAX) },
  });
}

/** Reads the cells of a row, and collects all mistakes in them. */
class CellReader {
  readonly line: number;
  readonly bad: BadLine[] = [];
  private readonly cells: Cells;

  constructor(line: number, cells: Cells) {
    this.line = line;
    this.cells = cells;
  }

  text(column: string): string {
    return this.cells[column] ?? '';
  }

  has(column: string): boolean {
    return this.text(column) !== '';
  }

  choice<T>(column: string, values: Readonly<Record<string, T>>, otherwise: T): T {
    const cell = this.text(column).toLowerCase().replace(/^sha-/, 'sha');
    if (cell === '') return otherwise;
    if (Object.hasOwn(values, cell)) return values[cell] as T;
    return this.refuse(column, `one of ${Object.keys(values).join(', ')}`, otherwise);
  }

  number(column: string, otherwise: number): number {
    const cell = this.text(column);
    if (cell === '') return otherwise;
    return /^\d{1,4}$/.test(cell) ? Number(cell) : this.refuse(column, 'a whole number', otherwise);
  }

  bounded(column: string, least: number, most: number): number {
    const cell = this.text(column);
    const value = /^\d{1,5}$/.test(cell) ? Number(cell) : -1;
    return value >= least && value <= most ? value : this.refuse(column, `${least} to ${most}`, least);
  }

  refuse<T>(column: string, takes: string, otherwise: T): T {
    const reason = `The cell "${column}" cannot be used.`;
    this.bad.push({ line: this.line, column, reason, next: `It takes ${takes}.` });
    return otherwise;
  }

  /** Runs a check of other code. @returns undefined if it throws `bad-input` */
  async check<T>(column: string | undefined, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isFobError(error, 'bad-input')) throw error;
      const { message: reason, next } = error;
      this.bad.push({ line: this.line, ...(column !== undefined && { column }), reason, next });
      return undefined;
    }
  }
}

/** @returns undefined if the reading found mistakes */
async function rowOf(
  cells: CellReader,
  key: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<PlanRow | undefined> {
  const [issuer, label, user, upn] = ['issuer', 'label', 'user', 'upn'].map(column => cells.text(column));
  const source = sourceOf(cells, folder);
  const serial = cells.has('serial')
    ? await cells.check('serial', () => readSerial(cells.text('serial')))
    : undefined;
  const row: PlanRow = {
    ...{ line: cells.line, key, issuer: issuer ?? '', label: label ?? '', user: user ?? '', upn: upn ?? '' },
    source,
    serial,
    policy: policyOf(cells),
    setsClock: cells.choice('clock', { yes: true, no: false }, true),
  };
  // Zero bytes instead of a fresh secret: this only validates the plan. Cells that cannot be read leave nothing to
  // check the account with.
  if (cells.bad.every(({ column = '' }) => !IDENTIFYING.includes(column) || column === 'serial')) {
    await cells.check(undefined, () => enrolmentOf(row, length => new Uint8Array(length), signal));
  }
  return cells.bad.length === 0 ? row : undefined;
}

/** Returns the account that a row describes. @throws FobError `bad-input` */
export async function enrolmentOf(
  row: PlanRow,
  random: (length: number) => Uint8Array,
  signal?: AbortSignal,
): Promise<Enrolment> {
  const standardInput = () => Promise.reject(new FobError('bad-input'));
  const enrolment = await readEnrolment(row.source, { standardInput, random, signal });
  const named = {
    ...enrolment,
    issuer: row.issuer === '' ? enrolment.issuer : row.issuer,
    label: row.label === '' ? enrolment.label : row.label,
  };
  return checkEnrolment(named);
}

function sourceOf(cells: CellReader, folder: string): EnrolSource {
  const secret = cells.text('secret');
  if (/^file:./.test(secret))
    return { from: 'uri-file', path: resolve(folder, secret.slice('file:'.length)) };
  if (secret !== '' && secret !== 'generate') {
    cells.refuse('secret', 'generate, or file: with the path of a file that holds a key URI', undefined);
  }
  const name = cells.text('label') || cells.text('upn') || cells.text('user');
  if (name === '') cells.refuse('label', 'the user of the passcode, unless upn or user name it', undefined);
  const alphabet = cells.choice(
    'alphabet',
    { decimal: 'decimal', hex: 'hex', base32: 'base32', base64: 'base64' } as const,
    'decimal' as const,
  );
  return {
    from: 'generate',
    kind: cells.choice('kind', { totp: 'totp', hotp: 'hotp' } as const, 'totp' as const),
    algorithm: cells.choice(
      'algorithm',
      { sha1: 'sha1', sha256: 'sha256', sha512: 'sha512' } as const,
      'sha1' as const,
    ),
    digits: cells.number('digits', alphabet === 'decimal' ? DIGITS_DEFAULT : CHARACTERS_DEFAULT),
    alphabet,
    period: cells.number('period', PERIOD_SECONDS_DEFAULT),
    issuer: cells.text('issuer'),
    label: name,
  };
}

function policyOf(cells: CellReader): Partial<Policy> {
  return {
    ...(cells.has('pin-digits') && {
      pinDigits:
        cells.text('pin-digits') === 'none' ? 0 : cells.bounded('pin-digits', PIN_DIGITS_MIN, PIN_DIGITS_MAX),
    }),
    ...(cells.has('attempts') && { attempts: cells.bounded('attempts', ATTEMPTS_MIN, ATTEMPTS_MAX) }),
    ...(cells.has('on-limit') && {
      onLimit: cells.choice('on-limit', { wipe: 'wipe', lock: 'lock' } as const, 'wipe' as const),
    }),
    ...(cells.has('lock-after') && {
      lockAfterSeconds:
        cells.text('lock-after') === 'screen' ? 0 : cells.bounded('lock-after', 1, LOCK_SECONDS_MAX),
    }),
    ...(cells.has('ask') && { ask: askedOf(cells) }),
    ...(cells.has('typing') && {
      typing: cells.choice(
        'typing',
        { never: 'never', allowed: 'allowed', enter: 'enter' } as const,
        'never' as const,
      ),
    }),
  };
}

function askedOf(cells: CellReader): PinUse[] {
  const text = cells.text('ask');
  const known = Object.keys(PIN_USE_BITS) as PinUse[];
  const given = text === 'none' ? [] : text.split(/[\s,;+]+/);
  const asked = known.filter(name => given.includes(name));
  if (asked.length === new Set(given).size) return asked;
  return cells.refuse('ask', `${known.join(', ')} with spaces between, or none`, asked);
}

function badPlan(sentence: string): FobError {
  return new FobError('bad-input', {
    sentence,
    next: 'See docs/provisioning.md for what a plan looks like.',
  });
}
