import { HID_REPORT_BYTES } from './limits.ts';

/**
 * Frames in HID reports of a fixed length: the first byte is the number of bytes used, the rest are zeros. A frame
 * continues from report to report; its own mark and newline delimit it.
 */

/** Returns the reports that carry `text`, whose characters are bytes, in order. None for an empty text. */
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

/**
 * Returns reports of one byte, one character each, since they have no room for a length. Bluetooth HID to the fob has
 * no others.
 */
export function toSingleBytes(text: string): Uint8Array[] {
  const reports: Uint8Array[] = [];
  for (let i = 0; i < text.length; i++) {
    const report = new Uint8Array(1);
    report[0] = text.charCodeAt(i);
    reports.push(report);
  }
  return reports;
}

/** Returns the text in a report, or undefined if its length byte exceeds the report. */
export function fromReport(report: Uint8Array): string | undefined {
  const length = report[0];
  if (length === undefined || length >= report.length) return undefined;
  let text = '';
  for (let i = 1; i <= length; i++) text += String.fromCharCode(report[i] as number);
  return text;
}
