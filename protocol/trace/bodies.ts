import { Reader, Writer } from '../bytes.ts';
import { decodeFields, encodeFields, type Values } from '../layout.ts';
import { layoutFields } from './fields.ts';
import { BODY_HEAD_BYTES, RECORD_BYTES_MAX, SCREEN_BYTES_MAX } from './limits.ts';
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

type KnownRecord = Exclude<TraceRecord, { kind: 'unknown' }>;
export type BodyKind = KnownRecord['kind'];

/**
 * The kind of record, which is the second byte, and the layout of the fields behind it. Any number of bytes follows the
 * fields of `bytes` and `screen`. The dissector reads by the same table.
 */
export const BODIES: Readonly<Record<BodyKind, readonly [number: number, layout: string]>> = {
  bytes: [1, 'way:u8'],
  'left-out': [2, 'way:u8 why:u8 length:u32'],
  key: [3, 'key:u8 down:u8'],
  power: [4, 'change:u8'],
  screen: [5, 'flags:u8'],
  memory: [6, 'memory:u8 act:u8 at:u32 length:u32'],
  'cut-short': [7, ''],
};

/** What the numbers in fields of these names stand for, from 0. */
export const BODY_VALUES: Readonly<Record<string, readonly (string | boolean)[]>> = {
  way: WAYS,
  why: LEFT_OUT,
  down: [false, true],
  change: POWER_CHANGES,
  memory: MEMORIES,
  act: MEMORY_ACTS,
};

const KINDS = new Map<number, BodyKind>();
for (const kind of Object.keys(BODIES) as BodyKind[]) KINDS.set(BODIES[kind][0], kind);

/** Returns the data of the packet that holds a record: version, kind, then the fields of the kind. */
export function bodyOf(record: KnownRecord): Uint8Array {
  const [number, layout] = BODIES[record.kind];
  const out = new Writer(RECORD_BYTES_MAX + BODY_HEAD_BYTES + 1).byte(BODY_VERSION).byte(number);
  if (record.kind === 'bytes') return out.byte(WAYS.indexOf(record.way)).raw(record.bytes).done();
  if (record.kind === 'screen') return screenBody(out, record);
  const values: Values = {};
  const given = new Map<string, string | number | boolean>(Object.entries(record));
  for (const { name } of layoutFields(layout)) {
    const value = given.get(name) ?? 0;
    values[name] = typeof value === 'number' ? value : (BODY_VALUES[name]?.indexOf(value) ?? 0);
  }
  encodeFields(layout, values, out);
  return out.done();
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
  const [version, number = 0, first] = data;
  const kind = version === BODY_VERSION ? KINDS.get(number) : undefined;
  const rest = data.slice(BODY_HEAD_BYTES + 1);
  const way = WAYS[first ?? WAYS.length];
  if (kind === 'bytes' && way !== undefined) return { kind, atUs, port, way, bytes: rest };
  const record = kind === 'screen' ? screenOf(first, rest, atUs) : kind && known(kind, data, atUs, port);
  return record ?? { kind: 'unknown', atUs, number };
}

function known(kind: BodyKind, data: Uint8Array, atUs: number, port: string): TraceRecord | undefined {
  const values = decodeFields(BODIES[kind][1], new Reader(data, BODY_HEAD_BYTES));
  if (values === undefined) return undefined;
  const fields = Object.entries(values).map(([name, value]) => {
    const words = BODY_VALUES[name];
    return [name, words === undefined ? value : words[Number(value)]] as const;
  });
  if (fields.some(([, value]) => value === undefined)) return undefined;
  return { kind, atUs, ...('way' in values && { port }), ...Object.fromEntries(fields) } as TraceRecord;
}

function screenOf(flags: number | undefined, left: Uint8Array, atUs: number): TraceRecord | undefined {
  if (flags === undefined) return undefined;
  const on = (flags & 1) === 1;
  if ((flags & 2) === 0) return left.length === 0 ? { kind: 'screen', atUs, on } : undefined;
  const text = textOfBytes(left.subarray(0, SCREEN_BYTES_MAX));
  return { kind: 'screen', atUs, on, text: text === '' ? [] : text.split('\n') };
}
