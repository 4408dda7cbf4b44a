import { BLUETOOTH_REPORT_BYTES, HID_REPORT_BYTES } from '@passfob/protocol/limits';
import { fromReport, toReports, toSingleBytes } from '@passfob/protocol/reports';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const text = fc.uint8Array({ maxLength: 600 }).map(bytes => Buffer.from(bytes).toString('latin1'));

it('HID reports carry any bytes both ways, in reports of one length, no more of them than needed', () => {
  fc.assert(
    fc.property(text, sent => {
      const reports = toReports(sent);
      expect(reports.map(fromReport).join('')).toBe(sent);
      expect(reports).toHaveLength(Math.ceil(sent.length / (HID_REPORT_BYTES - 1)));
      expect(reports.every(report => report.length === HID_REPORT_BYTES)).toBe(true);
    }),
  );
});

it('HID reports are a length, the content, and zeros', () => {
  const [report] = toReports('~AA\n');
  expect(Buffer.from(report ?? []).toString('hex')).toBe(`047e41410a${'00'.repeat(58)}`);
  expect(toReports('x'.repeat(63)).map(each => each[0])).toEqual([62, 1]);
});

it('Bluetooth HID reports are 16 bytes one way and one byte the other', () => {
  const hex = (reports: Uint8Array[]) => reports.map(report => Buffer.from(report).toString('hex'));
  expect(hex(toReports('~ABCDEFGHIJKLMNOP\n', BLUETOOTH_REPORT_BYTES))).toEqual([
    '0f7e4142434445464748494a4b4c4d4e',
    '034f500a000000000000000000000000',
  ]);
  expect(hex(toSingleBytes('~AB\n'))).toEqual(['7e', '41', '42', '0a']);
  fc.assert(
    fc.property(text, sent => {
      const answered = toReports(sent, BLUETOOTH_REPORT_BYTES);
      expect(answered.every(report => report.length === 16)).toBe(true);
      expect(answered.map(fromReport).join('')).toBe(sent);
      expect(Buffer.concat(toSingleBytes(sent)).toString('latin1')).toBe(sent);
    }),
  );
});

it('HID reports with a wrong length, and empty ones, are invalid', () => {
  expect(fromReport(new Uint8Array(0))).toBeUndefined();
  expect(fromReport(Uint8Array.of(63, ...new Uint8Array(62)))).toBeUndefined();
  expect(fromReport(Uint8Array.of(3, 65, 66))).toBeUndefined();
  expect([fromReport(Uint8Array.of(2, 65, 66)), fromReport(new Uint8Array(63))]).toEqual(['AB', '']);
});
