import { Reader, Writer } from '../bytes.ts';
import { NUMBER_BYTES, RECORD_BYTES_MAX, SCREEN_BYTES_MAX } from './limits.ts';
import {
  type EventRecord,
  LEFT_OUT,
  MEMORIES,
  MEMORY_ACTS,
  POWER_CHANGES,
  type TraceRecord,
  WAYS,
} from './records.ts';
import { bytesOfText, textOfBytes } from './unicode.ts';

/** First byte of the data of a packet: the version of these bodies. */
export const BODY_VERSION = 1;

/** Second byte: the kind of record. The dissector takes the numbers from here. */
export const BODY_KINDS = {
  bytes: 1,
  'left-out': 2,
  key: 3,
  power: 4,
  screen: 5,
  memory: 6,
  'cut-short': 7,
} as const;

function at(list: readonly string[], word: string): number {
  return list.indexOf(word);
}

/** Returns the data of the packet that holds a record: version, kind, then the fields of the kind. */
export function bodyOf(record: Exclude<TraceRecord, { kind: 'unknown' }>): Uint8Array {
  const out = new Writer(RECORD_BYTES_MAX + 4).byte(BODY_VERSION).byte(BODY_KINDS[record.kind]);
  switch (record.kind) {
    case 'bytes':
      return out.byte(at(WAYS, record.way)).raw(record.bytes).done();
    case 'left-out':
      out.byte(at(WAYS, record.way)).byte(at(LEFT_OUT, record.why));
      return out.number(record.length, NUMBER_BYTES).done();
    case 'key':
      return out
        .byte(record.key)
        .byte(record.down ? 1 : 0)
        .done();
    case 'power':
      return out.byte(at(POWER_CHANGES, record.change)).done();
    case 'screen':
      return screenBody(out, record);
    case 'memory':
      out.byte(at(MEMORIES, record.memory)).byte(at(MEMORY_ACTS, record.act));
      return out.number(record.at, NUMBER_BYTES).number(record.length, NUMBER_BYTES).done();
    case 'cut-short':
      return out.done();
  }
}

/** Bit 0: the display is on; bit 1: its text follows, a line each. */
function screenBody(out: Writer, { on, text }: Extract<EventRecord, { kind: 'screen' }>): Uint8Array {
  out.byte((on ? 1 : 0) + (text === undefined ? 0 : 2));
  if (text !== undefined) out.raw(bytesOfText(text.join('\n')).subarray(0, SCREEN_BYTES_MAX));
  return out.done();
}

/**
 * Returns the record in the data of a packet. Data that no writer of this version makes gives an `unknown` record.
 * @param port name of the interface
 */
export function recordOf(data: Uint8Array, atUs: number, port: string): TraceRecord {
  const from = new Reader(data, 0);
  const version = from.number(1);
  const kind = from.number(1);
  const record = version === BODY_VERSION && !from.bad ? known(kind, from, { atUs, port }) : undefined;
  return record ?? { kind: 'unknown', atUs, number: kind };
}

interface Where {
  readonly atUs: number;
  readonly port: string;
}

function known(kind: number, from: Reader, { atUs, port }: Where): TraceRecord | undefined {
  switch (kind) {
    case BODY_KINDS.bytes: {
      const way = WAYS[from.number(1)];
      return way && !from.bad ? { kind: 'bytes', atUs, port, way, bytes: rest(from) } : undefined;
    }
    case BODY_KINDS['left-out']: {
      const way = WAYS[from.number(1)];
      const why = LEFT_OUT[from.number(1)];
      const length = from.number(NUMBER_BYTES);
      return way && why && from.ended ? { kind: 'left-out', atUs, port, way, length, why } : undefined;
    }
    case BODY_KINDS.key: {
      const key = from.number(1);
      const down = from.number(1);
      return from.ended ? { kind: 'key', atUs, key, down: down === 1 } : undefined;
    }
    case BODY_KINDS.power: {
      const change = POWER_CHANGES[from.number(1)];
      return change && from.ended ? { kind: 'power', atUs, change } : undefined;
    }
    case BODY_KINDS.screen:
      return screenOf(from, atUs);
    case BODY_KINDS.memory:
      return memoryOf(from, atUs);
    case BODY_KINDS['cut-short']:
      return from.ended ? { kind: 'cut-short', atUs } : undefined;
  }
  return undefined;
}

function screenOf(from: Reader, atUs: number): TraceRecord | undefined {
  const flags = from.number(1);
  if (from.bad) return undefined;
  const on = (flags & 1) === 1;
  const left = rest(from);
  if ((flags & 2) === 0) return left.length === 0 ? { kind: 'screen', atUs, on } : undefined;
  const text = textOfBytes(left.subarray(0, SCREEN_BYTES_MAX));
  return { kind: 'screen', atUs, on, text: text === '' ? [] : text.split('\n') };
}

function memoryOf(from: Reader, atUs: number): TraceRecord | undefined {
  const memory = MEMORIES[from.number(1)];
  const act = MEMORY_ACTS[from.number(1)];
  const start = from.number(NUMBER_BYTES);
  const length = from.number(NUMBER_BYTES);
  if (!memory || !act || !from.ended) return undefined;
  return { kind: 'memory', atUs, memory, act, at: start, length };
}

function rest(from: Reader): Uint8Array {
  return from.raw(from.bytes.length - from.at);
}
