import { PACKET_ANSWER } from '../limits.ts';
import { fromReport } from '../reports.ts';
import { type BytesRecord, charactersOf } from './records.ts';

/** The port whose bytes are HID reports; all others are streams. */
export const REPORTS = 'HID';

const ANSWER = String.fromCharCode(PACKET_ANSWER);

/** What a record adds to the text of its port and direction. */
export interface StreamPart {
  /** Without answers to packets, which are never within a frame. */
  readonly text: string;
  /** Answers to packets, of the fob alone. */
  readonly answers: number;
}

/** Returns the text and the answers in a record. */
export function streamOf(record: BytesRecord): StreamPart {
  const all = textIn(record);
  if (record.way === 'in') return { text: all, answers: 0 };
  const parts = all.split(ANSWER);
  return { text: parts.join(''), answers: parts.length - 1 };
}

function textIn({ port, bytes }: BytesRecord): string {
  // A report of one byte has no room for a length (Bluetooth HID, to the fob).
  if (port !== REPORTS || bytes.length === 1) return charactersOf(bytes);
  return fromReport(bytes) ?? '';
}
