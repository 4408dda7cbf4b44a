import { describe, expect, it } from 'vitest';
import { codeFiles, textFiles } from './files.ts';
import {
  bannedNames,
  crowdedTypeNames,
  exemptNames,
  exportedNames,
  sharedTypeNames,
  wordsOfName,
} from './names.ts';

describe('names', () => {
  it('use the words of the field for files, folders and exported identifiers', () => {
    expect(textFiles.flatMap(file => bannedNames(file))).toEqual([]);
  });

  it('are exempt only where the file or the identifier exists', () => {
    const subjects = new Set(
      codeFiles.flatMap(file => [file.path, ...exportedNames(file).map(name => `${file.path}: ${name}`)]),
    );
    expect([...exemptNames.keys()].filter(name => !subjects.has(name))).toEqual([]);
  });

  it('of exported types mean one thing in all parts, but for those whose two sides are listed', () => {
    const product = codeFiles.filter(({ path }) => !path.startsWith('test/'));
    expect([...sharedTypeNames(product)].filter(([name]) => !TWO_SIDES.has(name))).toEqual([]);
  });

  it('of types, local ones too, are declared in at most four files outside the simulator', () => {
    const product = codeFiles.filter(({ path }) => !/^(?:test|simulator)\//.test(path));
    expect([...crowdedTypeNames(product, MOST_FILES)]).toEqual([]);
  });
});

const MOST_FILES = 4;

/** Types whose name stands for the same thing seen from two sides: board and chip, fob and host, part and part. */
const TWO_SIDES: ReadonlySet<string> = new Set(['At24c32', 'Ds3231', 'I2cPart', 'Link', 'Markup', 'Ssd1306']);

describe('the rules about names', () => {
  it('split a name into its words', () => {
    expect(wordsOfName('service/rateLimit-MAX_x.test.ts').join(' ')).toBe('service rate limit max x test ts');
  });

  it.each([
    ['service/subjects/push/take.ts', ''],
    ['service/http/me/a.ts', ''],
    ['service/base/a.ts', 'export interface LockStanding {}'],
    ['service/base/a.ts', 'export const oneDesk = 1;'],
    ['firmware/boards/a.ts', 'export class NoMarks {}'],
    ['host/a.ts', 'export async function askJudge() {}'],
  ])('refuse %s with: %s', (path, text) => {
    expect(bannedNames({ path, text })).toHaveLength(1);
  });

  it.each([
    ['host/inventory/handover.ts', 'export function takeOver() {}'],
    ['service/base/a.ts', "const desk = 'desk'; // export const desk"],
    ['firmware/core/base/ports.ts', 'export interface Link {}'],
    ['service/base/a.ts', 'export function foldCase() {}'],
  ])('allow %s with: %s', (path, text) => {
    expect(bannedNames({ path, text })).toEqual([]);
  });

  it('find a type that is declared in two files', () => {
    const files = [
      { path: 'a.ts', text: 'export interface Row {}' },
      { path: 'b.ts', text: 'export type Row = string; type Other = 1;' },
      { path: 'c.ts', text: 'export class Other {}' },
    ];
    expect([...sharedTypeNames(files)]).toEqual([['Row', ['a.ts', 'b.ts']]]);
  });

  it('find a local type that is declared in more files than allowed', () => {
    const files = [
      { path: 'a.ts', text: 'interface Given {}' },
      { path: 'b.ts', text: 'export type Given<T> = T;\ntype Once = 1;' },
      { path: 'c.ts', text: "import { type Given, type Once } from './b.ts';" },
    ];
    expect([...crowdedTypeNames(files, 1)]).toEqual([['Given', ['a.ts', 'b.ts']]]);
  });
});
