import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { ATTEMPTS_MAX, ATTEMPTS_MIN, PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { readSerial } from '../client/fob-serial.ts';
import { type EnrolSource, readEnrolment } from '../commands/enrol-source.ts';
import { refuseOpenedDatabase } from '../database-file.ts';
import { checkEnrolment, type Enrolment } from '../enrol/enrolment.ts';
import { CHARACTERS_DEFAULT, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../enrol/limits.ts';
import { FobError, isFobError } from '../errors.ts';
import { LOCK_SECONDS_MAX } from '../limits.ts';
import { PIN_USE_BITS, type PinUse, type Policy } from '../owner/status.ts';
import { readCsv } from './csv.ts';
import { BAD_LINES_SHOWN_MAX, PLAN_BYTES_MAX } from './limits.ts';

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
 * @throws FobError `bad-input` that lists all invalid rows by line; never quotes secrets
 */
export async function readPlan(path: string): Promise<BatchPlan> {
  const [heading, ...records] = readCsv(await textOf(path));
  if (heading === undefined || records.length === 0) throw badPlan('The plan holds no rows.');
  const columns = heading.cells.map((cell, at) => columnOf(cell, at));
  const rows: PlanRow[] = [];
  const bad: BadLine[] = [];
  const equals = new Map<string, number>();
  for (const { line, cells } of records) {
    if (cells.length > columns.length) {
      bad.push({ line, reason: 'It has more cells than the heading.', next: 'Correct the plan.' });
      continue;
    }
    const named = Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
    const content = JSON.stringify(IDENTIFYING.map(column => named[column] ?? ''));
    const number = equals.get(content) ?? 0;
    equals.set(content, number + 1);
    const key = createHash('sha256').update(`${content}\n${number}`).digest('hex');
    const row = await judged(line, () => rowOf(line, key, named, dirname(path)));
    if ('reason' in row) bad.push(row);
    else rows.push(row);
  }
  if (bad.length > 0) throw badLines(bad);
  return { name: basename(path), rows };
}

async function textOf(path: string): Promise<string> {
  refuseOpenedDatabase(path);
  try {
    if ((await stat(path)).size <= PLAN_BYTES_MAX) return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FobError('bad-input', {
      sentence: `The plan ${path} cannot be read.`,
      next: 'Check its name and that it may be read.',
      cause,
    });
  }
  throw badPlan('The plan is too long.');
}

/** An unknown heading is not quoted: the first line of a file without headings may contain a secret. */
function columnOf(cell: string, at: number): string {
  const name = cell.toLowerCase().replace(/[\s_]+/g, '-');
  const column = COLUMNS.find(known => known === name);
  if (column !== undefined) return column;
  throw new FobError('bad-input', {
    sentence: `Column ${at + 1} of the plan has a heading that passfob does not know.`,
    next: `Use some of: ${COLUMNS.join(', ')}.`,
  });
}

/** An invalid line: the reason and the next step. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
  readonly next: string;
}

async function judged(line: number, work: () => Promise<PlanRow>): Promise<PlanRow | BadLine> {
  try {
    return await work();
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
    return { line, reason: error.message, next: error.next };
  }
}

/** Makes one error of all invalid lines (the first ones if there are many), so that a plan is corrected in one go. */
export function badLines(bad: readonly BadLine[]): FobError {
  const [first, ...others] = bad;
  if (first !== undefined && others.length === 0) {
    const { line, reason, next } = first;
    return new FobError('bad-input', { sentence: `Line ${line} of the plan: ${reason}`, next });
  }
  const shown = bad.slice(0, BAD_LINES_SHOWN_MAX);
  const lines = shown.map(({ line, reason, next }) => `\nLine ${line}: ${[reason, next].join(' ')}`);
  const rest = bad.length > shown.length ? `\nand ${bad.length - shown.length} more.` : '';
  return new FobError('bad-input', {
    sentence: `${bad.length} lines of the plan cannot be used:${lines.join('')}${rest}`,
    next: 'Correct them, and run the command again.',
    details: { lines: shown },
  });
}

async function rowOf(line: number, key: string, cells: Cells, folder: string): Promise<PlanRow> {
  const { serial = '', issuer = '', label = '', user = '', upn = '' } = cells;
  const source = sourceOf(cells, folder);
  const row: PlanRow = {
    ...{ line, key, issuer, label, user, upn, source },
    serial: serial === '' ? undefined : readSerial(serial),
    policy: policyOf(cells),
    setsClock: choice(cells, 'clock', { yes: true, no: false }, true),
  };
  // Zero bytes instead of a fresh secret: this only validates the plan.
  await enrolmentOf(row, length => new Uint8Array(length));
  return row;
}

/** Returns the account that a row describes. @throws FobError `bad-input` */
export async function enrolmentOf(row: PlanRow, random: (length: number) => Uint8Array): Promise<Enrolment> {
  const standardInput = () => Promise.reject(new FobError('bad-input'));
  const enrolment = await readEnrolment(row.source, { standardInput, random });
  const named = {
    ...enrolment,
    issuer: row.issuer === '' ? enrolment.issuer : row.issuer,
    label: row.label === '' ? enrolment.label : row.label,
  };
  return checkEnrolment(named);
}

function sourceOf(cells: Cells, folder: string): EnrolSource {
  const { secret = '', issuer = '', label = '', user = '', upn = '' } = cells;
  if (/^file:./.test(secret))
    return { from: 'uri-file', path: resolve(folder, secret.slice('file:'.length)) };
  if (secret !== '' && secret !== 'generate') {
    throw badCell('secret', 'generate, or file: with the path of a file that holds a key URI');
  }
  const name = label || upn || user;
  if (name === '') throw badCell('label', 'the user of the passcode, unless upn or user name it');
  const alphabet = choice(
    cells,
    'alphabet',
    { decimal: 'decimal', hex: 'hex', base32: 'base32', base64: 'base64' } as const,
    'decimal' as const,
  );
  return {
    from: 'generate',
    kind: choice(cells, 'kind', { totp: 'totp', hotp: 'hotp' } as const, 'totp' as const),
    algorithm: choice(
      cells,
      'algorithm',
      { sha1: 'sha1', sha256: 'sha256', sha512: 'sha512' } as const,
      'sha1' as const,
    ),
    digits: number(cells, 'digits', alphabet === 'decimal' ? DIGITS_DEFAULT : CHARACTERS_DEFAULT),
    alphabet,
    period: number(cells, 'period', PERIOD_SECONDS_DEFAULT),
    issuer,
    label: name,
  };
}

function policyOf(cells: Cells): Partial<Policy> {
  const { ask = '' } = cells;
  const said = (column: string) => (cells[column] ?? '') !== '';
  return {
    ...(said('pin-digits') && {
      pinDigits:
        cells['pin-digits'] === 'none' ? 0 : bounded(cells, 'pin-digits', PIN_DIGITS_MIN, PIN_DIGITS_MAX),
    }),
    ...(said('attempts') && { attempts: bounded(cells, 'attempts', ATTEMPTS_MIN, ATTEMPTS_MAX) }),
    ...(said('on-limit') && {
      onLimit: choice(cells, 'on-limit', { wipe: 'wipe', lock: 'lock' } as const, 'wipe' as const),
    }),
    ...(said('lock-after') && {
      lockAfterSeconds:
        cells['lock-after'] === 'screen' ? 0 : bounded(cells, 'lock-after', 1, LOCK_SECONDS_MAX),
    }),
    ...(said('ask') && { ask: askedOf(ask) }),
    ...(said('typing') && {
      typing: choice(
        cells,
        'typing',
        { never: 'never', allowed: 'allowed', enter: 'enter' } as const,
        'never' as const,
      ),
    }),
  };
}

function askedOf(text: string): PinUse[] {
  const known = Object.keys(PIN_USE_BITS) as PinUse[];
  const given = text === 'none' ? [] : text.split(/[\s,;+]+/);
  const asked = known.filter(name => given.includes(name));
  if (asked.length === new Set(given).size) return asked;
  throw badCell('ask', `${known.join(', ')} with spaces between, or none`);
}

function choice<T>(cells: Cells, column: string, values: Readonly<Record<string, T>>, otherwise: T): T {
  const cell = (cells[column] ?? '').toLowerCase().replace(/^sha-/, 'sha');
  if (cell === '') return otherwise;
  const value = Object.hasOwn(values, cell) ? values[cell] : undefined;
  if (value === undefined) throw badCell(column, `one of ${Object.keys(values).join(', ')}`);
  return value;
}

function number(cells: Cells, column: string, otherwise: number): number {
  const cell = cells[column] ?? '';
  if (cell === '') return otherwise;
  if (!/^\d{1,4}$/.test(cell)) throw badCell(column, 'a whole number');
  return Number(cell);
}

function bounded(cells: Cells, column: string, least: number, most: number): number {
  const value = number(cells, column, -1);
  if (value < least || value > most) throw badCell(column, `${least} to ${most}`);
  return value;
}

function badCell(column: string, takes: string): FobError {
  return new FobError('bad-input', {
    sentence: `The cell "${column}" cannot be used.`,
    next: `It takes ${takes}.`,
  });
}

function badPlan(sentence: string): FobError {
  return new FobError('bad-input', {
    sentence,
    next: 'See docs/provisioning.md for what a plan looks like.',
  });
}
