import { ConsoleText } from '@passfob/emulator/board/console-text';
import { TypedReports } from '@passfob/emulator/board/typed-reports';
import { expect, it } from 'vitest';

const bytes = (text: string) => new TextEncoder().encode(text);

it('console text leaves frames out, also those that arrive in pieces', () => {
  const console = new ConsoleText();
  for (const piece of ['>1+1\r\n=2\r\n~AQI', 'DBA==', '\n>', '~AgMEBQ==\n', 'x'])
    console.add('USB', bytes(piece));
  expect(console.text).toBe('>1+1\r\n=2\r\n>x');
});

it('console text keeps the newest characters', () => {
  const console = new ConsoleText();
  for (let count = 0; count < 100; count++) console.add('USB', bytes('x'.repeat(999) + (count % 10)));
  expect(console.text.length).toBe(65_536);
  expect(console.text.endsWith('x9')).toBe(true);
});

it('console text has what a board prints after a start in the middle of a frame, and beside one on another port', () => {
  const console = new ConsoleText();
  console.add('USB', bytes('~AQ'));
  console.add('Serial1', bytes('one'));
  console.restart();
  console.add('USB', bytes('two'));
  expect(console.text).toBe('onetwo');
});

it('a typed report is kept without its id, if its descriptor has ids', () => {
  const typed = new TypedReports();
  const report = Uint8Array.of(1, 0, 0, 4);
  expect(typed.add(5, report, Uint8Array.of(0x05, 0x01, 0x85, 0x01))).toBe(3);
  expect(typed.add(6, report, Uint8Array.of(0x05, 0x01))).toBe(4);
  expect(typed.all).toEqual([
    { atMs: 5, bytes: report.subarray(1) },
    { atMs: 6, bytes: report },
  ]);
});

it('of very many typed reports the newest ones are kept', () => {
  const typed = new TypedReports();
  for (let count = 0; count < 70_000; count++) typed.add(count, Uint8Array.of(0), undefined);
  expect(typed.all.length).toBeLessThanOrEqual(65_536);
  expect(typed.all.at(-1)?.atMs).toBe(69_999);
});
