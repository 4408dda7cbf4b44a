import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { factsOf } from '@passfob/firmware/build/facts';
import { BUDGETS, type ImageBoard } from '@passfob/firmware/build/limits';
import { SHA512 } from '@passfob/protocol/primitives';
import { BOARD_NAMES } from '@passfob/simulator/base/boards-and-parts';
import type { BoardWiring } from '@passfob/simulator/board/wiring/wiring';
import { BOARDS } from '@passfob/simulator/fob/make-fob';
import { BOARDS_WITHOUT } from 'passfob/enrol/algorithms';
import { FLASH_BOARDS } from 'passfob/flash/boards';
import { isKnownBoard } from 'passfob/owner/boards';
import { describe, expect, it } from 'vitest';

/** Every place that must know a board, and what of it a board lacks: docs/add-a-board.md. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const under = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter(name => /\.(?:ts|md)$/.test(name))
    .map(name => textOf(`${folder}/${name}`));

/** The reasons why `passfob flash` does not write an image. */
const NOT_FLASHED: Readonly<Record<string, string>> = {
  'pico-hid': 'its console is on another port than its frames, and nobody offers its Espruino',
};
/** The boards that are no tokens: nobody carries them, so that they need not sleep. */
const IS_NO_TOKEN = new Set(['bench']);
/** What the profile of a display and a clock module on one bus (`firmware/boards/parts/bus-fob.ts`) asks of a board. */
const BUS_FACTS = [
  'BUS_SCL',
  'BUS_SDA',
  'BUTTON',
  'BUTTON_IS_LOW',
  'HAS_SHA512',
  'HAS_USB_HID',
  'IS_STM32',
  'MEASURES_SUPPLY',
];

const wiringOf = (board: string): BoardWiring | undefined => (BOARDS as Record<string, BoardWiring>)[board];
/** A fact of `firmware/build/facts.ts`, if the board has it. */
const factOf = (board: string, name: string): string | undefined => factsOf(board as ImageBoard)[name];
const isQuoted = (text: string, board: string) =>
  text.includes(`'${board}'`) || new RegExp(`^ +${board}:`, 'm').test(text);

/** Says what a wiring has other than the firmware. */
function disagreement(board: string): string | undefined {
  const wiring = wiringOf(board);
  if (!wiring) return 'has no wiring of it in BOARDS';
  const { i2c, keyPins, pressed, hashes, hidReportBytes, stm32, pinAliases } = wiring;
  const button = factOf(board, 'BUTTON') ?? '';
  const pairs: readonly [name: string, wired: string][] = [
    ['BUS_SCL', String(i2c?.scl)],
    ['BUS_SDA', String(i2c?.sda)],
    ['BUTTON', pinAliases[button] === keyPins[0] ? button : String(keyPins[0])],
    ['BUTTON_IS_LOW', String(pressed === 'low')],
    ['HAS_SHA512', String(hashes.includes('SHA512'))],
    ['HAS_USB_HID', String(hidReportBytes > 0)],
    ['IS_STM32', String(stm32)],
  ];
  const [wrong] = pairs.filter(([name, wired]) => ![undefined, wired].includes(factOf(board, name)));
  return (
    wrong &&
    `has a wiring that says ${wrong[1]} for ${wrong[0]}, where firmware/build/facts.ts says ${factOf(board, wrong[0])}`
  );
}

function missingFact(board: string): string | undefined {
  const path = `firmware/boards/${board}/main.ts`;
  if (!existsSync(join(ROOT, path)) || !/parts\/(?:usb-fob|bus-fob)/.test(textOf(path))) return undefined;
  const missing = BUS_FACTS.filter(name => factOf(board, name) === undefined);
  return missing.length > 0
    ? `lacks ${missing.join(', ')} in its row, which its profile asks for`
    : undefined;
}

function missingFlash(board: string): string | undefined {
  const row = (FLASH_BOARDS as Record<string, (typeof FLASH_BOARDS)['pico']>)[board];
  if (!row) {
    return board in NOT_FLASHED
      ? undefined
      : 'lacks a row in FLASH_BOARDS; or give a reason in NOT_FLASHED of this test';
  }
  const build = wiringOf(board)?.build;
  return build === undefined || row.build === build
    ? undefined
    : `says its Espruino is ${row.build}, where the simulator has ${build}`;
}

function missingAlgorithm(board: string): string | undefined {
  const hasSha512 = wiringOf(board)?.hashes.includes('SHA512') ?? true;
  if (BOARDS_WITHOUT[SHA512].includes(board) === !hasSha512) return undefined;
  return hasSha512 ? 'says that it has no SHA-512, and it has' : 'lacks it among the boards without SHA-512';
}

function missingPage(board: string): string | undefined {
  const isThere =
    existsSync(join(ROOT, `docs/boards/${board}.md`)) ||
    under('docs/boards').some(text => text.split('\n').includes(`## ${board}`));
  return isThere ? undefined : 'lacks a page docs/boards/NAME.md, or a section "## NAME" in a page there';
}

const lacksUnless = (is: boolean, what: string) => (is ? undefined : `lacks ${what}`);

/** Each file that must know a board, and what it lacks of it, if anything. */
const PLACES: readonly [file: string, missing: (board: string) => string | undefined][] = [
  [
    'firmware/boards',
    board => lacksUnless(existsSync(join(ROOT, `firmware/boards/${board}/main.ts`)), 'NAME/main.ts'),
  ],
  ['firmware/build/facts.ts', missingFact],
  [
    'simulator/base/boards-and-parts.ts',
    board => lacksUnless(BOARD_NAMES.includes(board as never), 'its name in BOARDS'),
  ],
  ['simulator/fob/make-fob.ts', disagreement],
  [
    'host/owner/boards.ts',
    board => lacksUnless(isKnownBoard(board), 'the drift of its clock in CRYSTAL_PPM'),
  ],
  ['host/flash/boards.ts', missingFlash],
  ['host/enrol/algorithms.ts', missingAlgorithm],
  ['docs/boards', missingPage],
  [
    'docs/boards.md',
    board =>
      lacksUnless(textOf('docs/boards.md').includes(`| [\`${board}\`](`), 'a row that begins with its name'),
  ],
  [
    'test/fob/lockdown/simulator.test.ts',
    board => lacksUnless(isQuoted(textOf('test/fob/lockdown/simulator.test.ts'), board), 'a row in TARGETS'),
  ],
  [
    'test/fob/conformance',
    board =>
      lacksUnless(
        existsSync(join(ROOT, `test/fob/conformance/${board}.test.ts`)) ||
          isQuoted(textOf('test/fob/conformance/pico.test.ts'), board),
        'NAME.test.ts, or a row in pico.test.ts',
      ),
  ],
  [
    'test/fob/conformance/sleep.test.ts',
    board =>
      lacksUnless(
        IS_NO_TOKEN.has(board) || isQuoted(textOf('test/fob/conformance/sleep.test.ts'), board),
        'it in DRIVERS',
      ),
  ],
];

/** Returns a sentence for each file that lacks something of a board. */
const missingOf = (board: string): string[] =>
  PLACES.flatMap(([file, missing]) => {
    const what = missing(board);
    return what === undefined ? [] : [`${file} ${what.replaceAll('NAME', board)}.`];
  });

describe('the places that know a board', () => {
  it.each(Object.keys(BUDGETS))('every place that must know the board %s does', board => {
    expect(missingOf(board), `What ${board} lacks; docs/add-a-board.md has the steps.`).toEqual([]);
  });

  it('a board that nobody has added is missing in every place, in a sentence that names the file', () => {
    const named = missingOf('of-nobody').map(sentence => sentence.split(' ')[0]);
    // It has no main.ts whose facts could be missing, and no wiring without SHA-512.
    const silent = ['firmware/build/facts.ts', 'host/enrol/algorithms.ts'];
    expect(named).toEqual(PLACES.map(([file]) => file).filter(file => !silent.includes(file)));
  });

  it('a reason why a board is not flashed stands only where it is not', () => {
    expect(Object.keys(NOT_FLASHED).filter(board => board in FLASH_BOARDS || !(board in BUDGETS))).toEqual(
      [],
    );
  });
});
