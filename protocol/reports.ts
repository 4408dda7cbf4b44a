import { HID_REPORT_BYTES } from './limits.ts';

/**
 * Frames over HID reports of a fixed length: the first byte says how many of those behind it count, the rest are zeros.
 * A frame goes on from report to report; its own mark and newline say where it begins and ends.
 */

/** Reports that carry `text`, whose characters are bytes, in order. None for an empty text. */
export function toReports(text: string, reportBytes = HID_REPORT_BYTES): Uint8Array[] {
  const reports: Uint8Array[] = [];
  for (let from = 0; from < text.length; from += reportBytes - 1) {
    const length = Math.min(text.length - from, reportBytes - 1);
    const report = new Uint8Array(reportBytes);
    report[0] = length;
    for (let i = 0; i < length; i++) report[i + 1] = text.charCodeAt(from + i);
    reports.push(report);
  }
  return reports;
}

/** Reports of one byte, which have no room for a length: each is one character. Bluetooth HID to the fob has no other. */
export function toSingleBytes(text: string): Uint8Array[] {
  const reports: Uint8Array[] = [];
  for (let i = 0; i < text.length; i++) {
    const report = new Uint8Array(1);
    report[0] = text.charCodeAt(i);
    reports.push(report);
  }
  return reports;
}

/** What a report carries, or undefined for one that says it holds more than it does. */
export function fromReport(report: Uint8Array): string | undefined {
  const length = report[0];
  if (length === undefined || length >= report.length) return undefined;
  let text = '';
  for (let i = 1; i <= length; i++) text += String.fromCharCode(report[i] as number);
  return text;
}
