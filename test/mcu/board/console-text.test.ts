import { ConsoleText } from '@passfob/simulator/mcu/board/console-text';
import { TypedReports } from '@passfob/simulator/mcu/board/typed-reports';
import { expect, it } from 'vitest';

const bytes = (text: string) => new TextEncoder().encode(text);

it('console text leaves frames out, also those that arrive in pieces', () => {
  const console = new ConsoleText();
  for (const piece of ['>1+1\r\n=2\r\n~AQI', 'DBA==', '\n>', '~AgMEBQ==\n', 'x']) console.add(bytes(piece));
  expect(console.text).toBe('>1+1\r\n=2\r\n>x');
});

it('console text keeps the newest characters', () => {
  const console = new ConsoleText();
  for (let count = 0; count < 100; count++) console.add(bytes('x'.repeat(999) + (count % 10)));
  expect(console.text.length).toBe(65_536);
  expect(console.text.endsWith('x9')).toBe(true);
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
