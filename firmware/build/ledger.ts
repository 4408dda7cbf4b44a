import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUDGETS, type ImageBoard } from './limits.ts';

/** What was tried on a virtual board. */
export interface Tried {
  /** CRC-32 of the image's application file. */
  readonly image: string;
  /** The program that ran the firmware: `emulatorHash`, or name and version of another. Absent in ledgers written before this field. */
  readonly emulator?: string;
}

/** The tests that an image passed on Espruino's own firmware, in a virtual board. */
export interface BoardTests extends Tried {
  /** Version of the firmware and its commit in Espruino's repository, as it says them. */
  readonly espruino: string;
  /** The beginning of the SHA-256 of the firmware's file. */
  readonly sha256: string;
  readonly passed: number;
}

/** Measurements of one image on the real interpreter. */
export interface LedgerEntry {
  readonly board: ImageBoard;
  /** CRC-32 of the image's application file. */
  readonly image: string;
  readonly imageBytes: number;
  /** Its version. */
  readonly interpreter: string;
  /** Its commit in Espruino's repository. Absent in ledgers written before this field. */
  readonly commit?: string;
  /** Bytes of one interpreter variable in the measured build. */
  readonly variableBytes: number;
  readonly variablesAfterBoot: number;
  readonly variablesWith32Accounts: number;
  readonly variablesPeak: number;
  /** Counts of callgrind for the bench image: see docs/performance.md. */
  readonly instructions?: object;
  /** Of boards whose real firmware runs in tests: see CONTRIBUTING.md. */
  readonly virtualBoard?: readonly BoardTests[];
  /** Figures of the image on virtual boards: see docs/performance.md. */
  readonly boardFigures?: readonly Tried[];
  /** Of other boards: what each act takes on their own firmware. */
  readonly acts?: object;
}

const LEDGER = 'docs/ledger.json';

export function readLedger(root: string): LedgerEntry[] {
  const path = join(root, LEDGER);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LedgerEntry[]) : [];
}

export function writeLedger(root: string, ledger: readonly LedgerEntry[]): void {
  writeFileSync(join(root, LEDGER), `${JSON.stringify(ledger, null, 2)}\n`);
}

/**
 * Returns one line about the measurements of the image, with a note if the image or the emulator has changed since, and
 * whether the variables fit the board.
 */
export function ledgerLine(
  root: string,
  board: ImageBoard,
  now: Required<Tried>,
): { text: string; fits: boolean } {
  const entry = readLedger(root).find(one => one.board === board);
  if (!entry) return { text: 'never measured on the real interpreter', fits: true };
  const { variables, variablesTotal } = BUDGETS[board];
  const fits = entry.variablesWith32Accounts <= variables && entry.variablesPeak <= variablesTotal;
  const figures =
    `${entry.variablesWith32Accounts} of ${variables} variables with 32 accounts, ` +
    `${entry.variablesPeak} of ${variablesTotal} at peak${fits ? '' : ': over budget'}`;
  return { text: figures + whyAgain(entry, now), fits };
}

/** Returns why the image should be measured or tested again, as the end of a line; nothing where it need not. */
function whyAgain(entry: LedgerEntry, now: Required<Tried>): string {
  return whyMeasureAgain(entry, now) + whyTestAgain(entry, now);
}

function whyMeasureAgain({ image, commit, boardFigures = [] }: LedgerEntry, now: Required<Tried>): string {
  if (image !== now.image) return ', measured on an older image: run npm run measure';
  const older = olderIn(boardFigures, now);
  if (older)
    return `, measured on virtual boards with an older ${older}: run npm run measure -- virtual-board`;
  return commit === undefined ? ', measured by an interpreter without a commit: run npm run measure' : '';
}

function whyTestAgain({ board, virtualBoard = [] }: LedgerEntry, now: Required<Tried>): string {
  // The firmware of an RP2040 runs in a program of others, whose version is in the lock file.
  const isOlder = virtualBoard.some(({ image }) => image !== now.image);
  if (board === 'rpi-pico' && isOlder)
    return ', tested on its real firmware with an older image: run npm run test:board';
  if (board !== 'pico') return '';
  if (virtualBoard.length === 0) return ', never tested on the virtual board: run npm run test:board';
  const older = olderIn(virtualBoard, now);
  return older ? `, tested on the virtual board with an older ${older}: run npm run test:board` : '';
}

/** Returns what has changed since something was tried; undefined where nothing has. */
function olderIn(tried: readonly Tried[], now: Required<Tried>): 'image' | 'emulator' | undefined {
  if (tried.some(({ image }) => image !== now.image)) return 'image';
  return tried.some(({ emulator }) => emulator !== now.emulator) ? 'emulator' : undefined;
}
