import { PassThrough, Readable } from 'node:stream';
import { bar, progressScreen, TimeLeft } from 'passfob/cli/base/progress';
import type { Progress } from 'passfob/commands/context';
import { expect, it } from 'vitest';

const advanced = (done: number, total = 40): Progress => ({
  event: 'advanced',
  serial: 'PF-7Q4M-K2XZ',
  done,
  total,
  unit: 'rows',
});
const proved: Progress = { event: 'account-proved', serial: 'PF-7Q4M-K2XZ', account: 'alice' };

/** A screen on a terminal of so many columns, or on none. */
function screenOn(columns: number | undefined, isJson = false, TERM = 'xterm') {
  let said = '';
  let ms = 0;
  const stderr = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  const terminal = {
    stdin: Readable.from([]),
    stderr,
    environment: { TERM },
    out: () => undefined,
    note: (text: string) => {
      said += text;
    },
  };
  const screen = progressScreen(terminal, isJson, () => ms);
  return {
    report: (progress: Progress, atMs: number) => {
      ms = atMs;
      said = '';
      screen.report(progress);
      return said;
    },
    end: () => {
      said = '';
      screen.end();
      return said;
    },
  };
}

it('a status line shows how much is done and the time left, and goes at the end', () => {
  const { report, end } = screenOn(80);
  report(advanced(0), 0);
  expect(report(advanced(10), 5_000)).toBe(`\r\u001b[K${bar(10, 40)} 10 of 40 rows, about 15 s left`);
  expect(report(advanced(40), 20_000)).toBe(`\r\u001b[K${bar(40, 40)} 40 of 40 rows`);
  expect([end(), end()]).toEqual(['\r\u001b[K', '']);
});

it('a line of an event stands above the status line', () => {
  const { report } = screenOn(80);
  expect(report(proved, 0)).toBe('The fob PF-7Q4M-K2XZ has proved alice.\n');
  report(advanced(0), 0);
  report(advanced(10), 5_000);
  expect(report(proved, 5_000)).toBe(
    `\r\u001b[KThe fob PF-7Q4M-K2XZ has proved alice.\n${bar(10, 40)} 10 of 40 rows, about 15 s left`,
  );
});

it.each([
  [30, '10 of 40, about 15 s left'],
  [40, '10 of 40 rows, about 15 s left'],
  [12, '10 of 40'],
  [5, ''],
])('a terminal of %i columns shows "%s", so that no line breaks', (columns, shown) => {
  const { report } = screenOn(columns);
  report(advanced(0), 0);
  expect(report(advanced(10), 5_000)).toBe(`\r\u001b[K${shown}`);
});

it.each([
  ['a pipe', screenOn(undefined)],
  ['JSON', screenOn(80, true)],
  ['a terminal that cannot go back', screenOn(80, false, 'dumb')],
])('%s gets whole lines, and the time left from time to time', (_, { report, end }) => {
  expect(report(advanced(0), 0)).toBe('');
  expect(report(proved, 100)).toBe('The fob PF-7Q4M-K2XZ has proved alice.\n');
  expect(report(advanced(1), 3_000)).toBe('');
  expect(report(advanced(10), 10_000)).toBe('10 of 40 rows are done. About 30 s left.\n');
  expect([report(advanced(11), 11_000), end()]).toEqual(['', '']);
});

it('each part of an upload is told, with the time left', () => {
  const { report } = screenOn(undefined);
  const part = (bytesDone: number): Progress => ({
    event: 'uploading',
    serial: 'PF-7Q4M-K2XZ',
    file: 'app',
    bytes: 1_000,
    bytesDone,
    bytesTotal: 40_000,
  });
  expect(report(part(0), 0)).toMatch(/^0 of 40000 bytes are on the fob .*\.\n$/);
  expect(report(part(10_000), 4_000)).toMatch(/^10000 of 40000 bytes .*\. About 12 s left\.\n$/);
});

it('the time left counts only this run, and grows into minutes and hours', () => {
  let ms = 0;
  const left = new TimeLeft(() => ms, 30);
  expect(left.text(30, 50)).toBe('');
  ms = 10_000;
  expect([left.text(40, 50), left.text(31, 50)]).toEqual(['about 10 s left', 'about 4 min left']);
  expect([left.text(31, 5_000), left.text(50, 50)]).toEqual(['about 14 h left', '']);
});
