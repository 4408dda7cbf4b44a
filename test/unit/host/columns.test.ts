import { tableLines, textWidth } from 'passfob/cli/base/columns';
import { expect, it } from 'vitest';

const rows = [
  ['PF-7Q4M-K2XZ', 'Ada', '', 'pico 0.1.0', 'serial:/dev/ttyACM0'],
  ['PF-EPS6-2222', '山田太郎', '', 'banglejs2 0.1.0', 'hid:/dev/hidraw0'],
];

it('columns stand below each other, wide characters included', () => {
  expect(tableLines({ rows })).toEqual([
    'PF-7Q4M-K2XZ  Ada         pico 0.1.0       serial:/dev/ttyACM0',
    'PF-EPS6-2222  山田太郎    banglejs2 0.1.0  hid:/dev/hidraw0',
  ]);
  expect(tableLines({ rows }, 80)).toEqual(tableLines({ rows }));
});

it('a terminal that is too narrow shows records, and no cell is cut', () => {
  expect(tableLines({ rows }, 30)).toEqual([
    'PF-7Q4M-K2XZ',
    '  Ada',
    '  pico 0.1.0',
    '  serial:/dev/ttyACM0',
    'PF-EPS6-2222',
    '  山田太郎',
    '  banglejs2 0.1.0',
    '  hid:/dev/hidraw0',
  ]);
});

it('a heading stands above the columns, and not above records', () => {
  const heading = ['serial', 'holder', 'note', 'board and firmware', 'port'];
  expect(tableLines({ heading, rows })[0]).toBe('serial        holder    note  board and firmware  port');
  expect(tableLines({ heading, rows }, 30)).toEqual(tableLines({ rows }, 30));
});

it('a long cell of a record breaks between words, and a long word stays whole', () => {
  const word = 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1-and-more';
  expect(tableLines({ rows: [['1', 'wrong: another key or other settings', word]] }, 20)).toEqual([
    '1',
    '  wrong: another key',
    '  or other settings',
    `  ${word}`,
  ]);
});

it('control characters of a cell are not printed', () => {
  expect(tableLines({ rows: [['a\u001b[31m', 'b\nc']] })).toEqual(['a?[31m  b?c']);
});

it('a table without rows has no lines', () => {
  expect(tableLines({ rows: [] }, 10)).toEqual([]);
});

it.each([
  ['plain', 5],
  ['Müller', 6],
  ['Mu\u0308ller', 6],
  ['山田', 4],
  ['ｱｲｳ', 3],
  ['한국어', 6],
  ['🔑', 2],
  ['👨‍👩‍👧', 2],
  ['❤️', 2],
  ['', 0],
])('%s takes %i columns', (text, width) => {
  expect(textWidth(text)).toBe(width);
});
