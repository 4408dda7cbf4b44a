import { expect, test } from 'vitest';
import { codeFiles } from '../../tools/tidy/files.ts';
import { scan } from '../../tools/tidy/scan.ts';
import { rows, WITHOUT_ROW } from './rows.ts';

/** Calls of Node that change a file or a folder, and the openings that may. */
const CHANGES =
  /\b(?:(?:write|append|copy)File|rename|unlink|link|symlink|rm|cp|truncate|ftruncate|write|writev|mkdir|mkdtemp|chmod|fchmod|chown|utimes)Sync\(|\b(?:writeFile|appendFile|copyFile|createWriteStream)\(|\bnew BetterSqlite\(|\bopenSync\([^)]*'(?:w|a|r\+)|\bO_(?:CREAT|WRONLY)\b|\b(?:takeLock|replacePrivately|createWhole|openAnew|writeAnew|openWithLog|whileLocked(?:For)?)\(/;
const PARTS = /^(?:host|service|simulator|emulator|demo)\/.*\.ts$/;

/** Options of an opening are text, which `scan` blanks. */
function changesFiles(text: string): boolean {
  const { code, strings } = scan(text);
  const letters = code.split('');
  for (const { start, value } of strings) letters.splice(start + 1, value.length, ...value);
  return CHANGES.test(letters.join(''));
}

const found = codeFiles
  .filter(({ path, text }) => PARTS.test(path) && changesFiles(text))
  .map(({ path }) => path);

test('every source that changes a file is in a row of the files with two writers, or in the list of reasons', () => {
  const sources = rows.flatMap(row => row.sources);
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter(path => !sources.includes(path) && !(path in WITHOUT_ROW))).toEqual([]);
});

test('no row and no reason names a source that changes no file', () => {
  const named = new Set([...rows.flatMap(row => row.sources), ...Object.keys(WITHOUT_ROW)]);
  expect([...named].filter(path => !found.includes(path))).toEqual([]);
  expect(rows.flatMap(row => row.sources).filter(path => path in WITHOUT_ROW)).toEqual([]);
});

test('a source that writes, opens for writing or locks a file is found', () => {
  const changing = [
    "writeFileSync(path, '')",
    "openSync(path, 'wx', 0o600)",
    'renameSync(a, b)',
    'takeLock(path)',
  ];
  expect(changing.filter(text => !changesFiles(text))).toEqual([]);
  expect(changesFiles("// writeFileSync(path)\nopenSync(path, 'r')")).toBe(false);
});
