import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emulatorHash } from '@passfob/firmware/build/emulator';
import { type LedgerEntry, ledgerLine, writeLedger } from '@passfob/firmware/build/ledger';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { root } from '../../tools/tidy/files.ts';

const NOW = { image: '11111111', emulator: '2222222222222222' };

const ENTRY: LedgerEntry = {
  board: 'pico',
  image: NOW.image,
  imageBytes: 40_000,
  interpreter: 'Espruino 2v29, Linux',
  commit: 'c5ff787b1',
  variableBytes: 13,
  variablesAfterBoot: 3_000,
  variablesWith32Accounts: 3_001,
  variablesPeak: 3_002,
  virtualBoard: [{ espruino: '2v29 6106910b8', sha256: '989fb3cb287185b7', ...NOW, passed: 99 }],
  boardFigures: [{ ...NOW }],
};

function folder(): string {
  const path = temporaryFolder('ledger');
  return path;
}

/** What the build prints of a ledger with this entry. */
function lineOf(change: Partial<LedgerEntry>): string {
  const path = folder();
  mkdirSync(join(path, 'docs'));
  writeLedger(path, [{ ...ENTRY, ...change }]);
  return ledgerLine(path, 'pico', NOW).text;
}

const older = (field: keyof typeof NOW) => ({ ...ENTRY.virtualBoard?.[0], ...NOW, [field]: 'other' });

it('the line of the build says nothing where image and emulator are those of the ledger', () =>
  expect(lineOf({})).not.toMatch(/run npm run/));

it.each(['image', 'emulator'] as const)(
  'the line of the build says that the tests and the figures are those of an older %s',
  field => {
    const tests = [{ espruino: '2v29', sha256: '9', passed: 99, ...older(field) }];
    expect(lineOf({ virtualBoard: tests })).toMatch(
      new RegExp(`tested on the virtual board with an older ${field}: run npm run test:board$`),
    );
    expect(lineOf({ boardFigures: [older(field)] })).toMatch(
      new RegExp(`measured on virtual boards with an older ${field}: run npm run measure -- virtual-board$`),
    );
  },
);

it('the hash of the emulator changes with the code that the virtual board loads, and with no comment and no type', async () => {
  const path = folder();
  mkdirSync(join(path, 'emulator/board'), { recursive: true });
  const part = join(path, 'emulator/board/part.ts');
  writeFileSync(join(path, 'emulator/board/virtual-board.ts'), "export { part } from './part.ts';\n");
  writeFileSync(part, 'export const part = 1;\n');
  const before = await emulatorHash(path);
  writeFileSync(part, '// A comment.\nexport const part: number = 1;\n');
  expect(await emulatorHash(path)).toBe(before);
  writeFileSync(part, 'export const part = 2;\n');
  expect(await emulatorHash(path)).not.toBe(before);
});

it('the hash of the emulator is found of the emulator in this tree', async () =>
  expect(await emulatorHash(root)).toMatch(/^[\da-f]{16}$/));
