import { FobError } from '../errors.ts';
import { ESPRUINO_NEEDED, FLASH_BOARDS, type FlashBoardName, refusePredictable } from './boards.ts';
import type { BoardConsole } from './console.ts';
import { FILES_MAX, INTERPRETER_MIN, READ_MS, SECRETS_BYTES } from './limits.ts';
import { serialOfChip } from './secrets.ts';

/** Size and checksum of a file in Storage. */
export interface StoredFile {
  readonly bytes: number;
  readonly crc: number;
}

/** The state of a board before any change. */
export interface Survey {
  readonly build: string;
  readonly interpreter: string;
  /** As the firmware will derive it. */
  readonly serial: string;
  /** All names in Storage. */
  readonly names: readonly string[];
  /** The requested files that exist. */
  readonly files: ReadonlyMap<string, StoredFile>;
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly trashBytes: number;
  /** Space taken by files without a reachable name: a power cut damaged their headers. */
  readonly rubbishBytes: number;
  /** Whether the file of secrets has a valid checksum. */
  readonly holdsSecrets: boolean;
  /** Whether the application is a Passfob, of any version. */
  readonly holdsPassfob: boolean;
}

const ENVIRONMENT = '[process.env.BOARD,process.env.VERSION,getSerial()]';
const STATS =
  '(function(t){return[t.totalBytes,t.freeBytes,t.trashBytes,t.fileBytes]})(require("Storage").getStats())';
const NAMED_BYTES =
  '(function(s){return s.list().reduce(function(t,n){var d=s.read(n);return d?t+32+((d.length+3)&~3):t},0)})' +
  '(require("Storage"))';
// Without the parts of Espruino's long files, which could be mistaken for our files.
const NAMES = 'require("Storage").list()';

/** Returns size and CRC-32 of files, 0 for a missing one. */
const details = (names: readonly string[]) =>
  `${JSON.stringify(names)}.map(function(n){var d=require("Storage").read(n);return d?[d.length,E.CRC32(d)]:0})`;

/** The secrets themselves are never read from the board. */
const SECRETS_SOUND =
  `(function(d){var s=d.substr(0,${SECRETS_BYTES});` +
  `return d.substr(${SECRETS_BYTES},10)==""+(E.CRC32(s)+4294967296)})(require("Storage").read("keys")||"")`;

const IS_PASSFOB = '(require("Storage").read("app",0,6)||"")=="//PF1 "';

/**
 * Inspects a board without changing anything.
 * @param wanted names of files whose contents matter
 * @throws FobError `no-answer` for answers that no Espruino gives, `old-firmware`, `bad-input` (refused for its random
 *   numbers), `unplugged`
 */
export async function survey(repl: BoardConsole, wanted: readonly string[]): Promise<Survey> {
  const [build, interpreter, chip] = list(await repl.evaluate(ENVIRONMENT), repl);
  if (typeof build !== 'string' || typeof interpreter !== 'string' || typeof chip !== 'string') {
    throw strange(repl);
  }
  refusePredictable(build);
  checkVersion(interpreter);
  const [totalBytes = 0, freeBytes = 0, trashBytes = 0, fileBytes = 0] = list(
    await repl.evaluate(STATS),
    repl,
  ).map(Number);
  const rubbishBytes = fileBytes - Number(await repl.evaluate(NAMED_BYTES, READ_MS));
  const names = list(await repl.evaluate(NAMES), repl)
    .slice(0, FILES_MAX)
    .map(String);
  const holdsPassfob = (await repl.evaluate(IS_PASSFOB)) === true;
  const holdsSecrets = (await repl.evaluate(SECRETS_SOUND)) === true;
  return {
    build,
    interpreter,
    serial: serialOfChip(chip),
    names,
    files: await filesOf(repl, wanted),
    totalBytes,
    freeBytes,
    trashBytes,
    rubbishBytes,
    holdsSecrets,
    holdsPassfob,
  };
}

/** Returns the facts of some files in Storage. @throws FobError as `survey` */
export async function filesOf(
  repl: BoardConsole,
  names: readonly string[],
): Promise<Map<string, StoredFile>> {
  // Reading every byte of an image takes long on a board with slow flash.
  const found = list(await repl.evaluate(details(names), READ_MS), repl);
  const files = new Map<string, StoredFile>();
  names.forEach((name, index) => {
    const detail = found[index];
    if (!Array.isArray(detail)) return;
    // Espruino's 32-bit numbers are signed.
    files.set(name, { bytes: Number(detail[0]), crc: Number(detail[1]) >>> 0 });
  });
  return files;
}

function list(value: unknown, repl: BoardConsole): unknown[] {
  if (Array.isArray(value)) return value;
  throw strange(repl);
}

function strange({ name }: BoardConsole): FobError {
  return new FobError('no-answer', {
    sentence: `The device at ${name} is not an Espruino that passfob knows.`,
    next: 'Name the port of the board with --port, or install a current Espruino on it.',
  });
}

function checkVersion(version: string): void {
  const [, major, minor] = /^(\d+)v(\d+)/.exec(version) ?? [];
  const { major: wantedMajor, minor: wantedMinor } = INTERPRETER_MIN;
  const isNewEnough =
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
  if (isNewEnough) return;
  throw new FobError('old-firmware', {
    sentence: `The Espruino on the board is too old for Passfob: ${version}.`,
    next: `Install Espruino ${wantedMajor}v${wantedMinor} or later on it (espruino.com/Download), then run the command again.`,
  });
}

/** @throws FobError `bad-input` for another kind of board */
export function checkBoard({ build }: Survey, board: FlashBoardName): void {
  if (build === FLASH_BOARDS[board].build) return;
  const names = Object.entries(FLASH_BOARDS)
    .filter(([, known]) => known.build === build)
    .map(([name]) => `--board ${name}`);
  throw new FobError('bad-input', {
    sentence: `The board says that it is ${build}; the firmware ${board} is for ${FLASH_BOARDS[board].build}.`,
    next:
      names.length > 0
        ? `Run the command with ${names.join(' or ')}.`
        : 'Passfob does not flash this kind of board.',
  });
}

/** Returns which of some functions of `crypto` a build lacks; the whole module counts as one. */
const lacking = (names: readonly string[]) =>
  `(function(n){try{var c=require("crypto");return n.filter(function(f){return!c[f]})}catch(e){return["crypto"]}})(${JSON.stringify(names)})`;

/**
 * Asks a board whether its Espruino can run the image, where builds differ.
 * @throws FobError `old-firmware` if it lacks something, `no-answer`, `unplugged`
 */
export async function checkCrypto(repl: BoardConsole, board: FlashBoardName): Promise<void> {
  const { crypto, chip } = FLASH_BOARDS[board];
  if (crypto === undefined) return;
  const missing = list(await repl.evaluate(lacking(crypto)), repl).map(String);
  if (missing.length === 0) return;
  throw new FobError('old-firmware', {
    sentence:
      missing[0] === 'crypto'
        ? 'The Espruino on the board has no module crypto, which Passfob needs for its keys.'
        : `The module crypto of the Espruino on the board lacks ${missing.join(', ')}.`,
    next:
      chip === undefined
        ? 'Install the Espruino of its maker on it (espruino.com/Download), then run the command again.'
        : ESPRUINO_NEEDED,
  });
}
