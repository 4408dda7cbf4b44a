import { BODIES, bodyOf, recordOf } from '@passfob/protocol/trace/bodies';
import { BLOCK_BYTES_MAX, RECORD_BYTES_MAX } from '@passfob/protocol/trace/limits';
import { NotATrace, TraceReader } from '@passfob/protocol/trace/read';
import { LEFT_OUT, type TraceRecord } from '@passfob/protocol/trace/records';
import { bytesOfText, textOfBytes } from '@passfob/protocol/trace/unicode';
import { TraceWriter } from '@passfob/protocol/trace/write';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { readTrace } from './kit.ts';

const AT = 1_767_225_600_123_456;

/** One of each kind of record, and of each reason for what is left out. */
const RECORDS: readonly TraceRecord[] = [
  { kind: 'bytes', atUs: AT, port: 'USB', way: 'in', bytes: Uint8Array.of(126, 65, 0, 255) },
  { kind: 'bytes', atUs: AT + 1, port: 'HID', way: 'out', bytes: new Uint8Array(63) },
  { kind: 'bytes', atUs: AT + 1, port: 'USB', way: 'out', bytes: new Uint8Array(0) },
  ...LEFT_OUT.map(
    why => ({ kind: 'left-out', atUs: AT, port: 'USB', way: 'in', length: 70_000, why }) as const,
  ),
  { kind: 'key', atUs: AT, key: 3, down: true },
  { kind: 'key', atUs: AT, key: 0, down: false },
  { kind: 'power', atUs: AT, change: 'off' },
  { kind: 'power', atUs: AT, change: 'reset' },
  { kind: 'screen', atUs: AT, on: false },
  { kind: 'screen', atUs: AT, on: true, text: ['Größe', 'x'] },
  { kind: 'screen', atUs: AT, on: true, text: [] },
  { kind: 'memory', atUs: AT, memory: 'eeprom', act: 'write', at: 4_096, length: 32 },
  { kind: 'cut-short', atUs: AT },
];

function fileOf(records: readonly TraceRecord[]): Uint8Array {
  const writer = new TraceWriter({ program: 'a test', board: 'pico', comment: 'a comment' });
  return Buffer.concat([writer.start(), ...records.map(record => writer.record(record))]);
}

/** Swaps the bytes of each number in a file of ours, as a computer with the other order writes it. */
function swapped(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const number = (at: number, length: number) => bytes.subarray(at, at + length).reverse();
  for (let at = 0; at < bytes.length; ) {
    const [type, length] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if (type !== 0x0a0d0d0a) number(at, 4);
    for (const place of [at + 4, at + length - 4]) number(place, 4);
    // A packet: five numbers, then its data. An interface: the link type. A section: its magic and version.
    if (type === 6) for (let i = 0; i < 5; i++) number(at + 8 + 4 * i, 4);
    if (type === 1) number(at + 8, 2);
    if (type === 0x0a0d0d0a) number(at + 8, 4);
    const captured = type === 6 ? bytes.readUInt32BE(at + 20) : 0;
    const options = type === 6 ? at + 28 + ((captured + 3) & ~3) : type === 1 ? at + 16 : at + 24;
    for (let place = options; place + 4 <= at + length - 4; ) {
      const size = bytes.readUInt16LE(place + 2);
      for (const one of [place, place + 2]) number(one, 2);
      place += 4 + ((size + 3) & ~3);
    }
    at += length;
  }
  return bytes;
}

describe('trace files', () => {
  it('a trace file gives back every kind of record, read in chunks of any size', () => {
    expect(new Set(RECORDS.map(({ kind }) => kind)).size).toBe(Object.keys(BODIES).length);
    const file = fileOf(RECORDS);
    for (const size of [1, 7, 100, file.length]) {
      expect(readTrace(file, size)).toEqual({ records: RECORDS, isCutOff: false, error: undefined });
    }
  });

  it('a trace file of a computer with the other byte order reads the same', () => {
    expect(readTrace(swapped(fileOf(RECORDS)))).toMatchObject({ records: RECORDS, error: undefined });
  });

  it('a trace file that is cut off at any byte reads up to its last whole record', () => {
    const file = fileOf(RECORDS);
    let seen = 0;
    for (let length = 1; length < file.length; length++) {
      const { records, isCutOff, error } = readTrace(file.subarray(0, length));
      // Before the section header is whole, nothing says that this is a trace.
      if (error === undefined) expect(records).toEqual(RECORDS.slice(0, records.length));
      else expect([error.kind, records]).toEqual(['foreign', []]);
      expect(records.length).toBeGreaterThanOrEqual(seen);
      seen = records.length;
      if (error === undefined && records.length < RECORDS.length && length % 4 !== 0)
        expect(isCutOff).toBe(true);
    }
    expect(seen).toBe(RECORDS.length - 1);
  });

  it.each([
    ['an empty file', new Uint8Array(0)],
    ['a short text', Buffer.from('hi')],
    ['a long text', Buffer.from('This is no trace of anything.\n'.repeat(100))],
    ['a PNG image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    [
      'a file of libpcap',
      Buffer.from(`d4c3b2a1020004000000000000000000ffff000001000000${'00'.repeat(40)}`, 'hex'),
    ],
    ['a section with a broken magic', fileOf([]).map((byte, at) => (at === 8 ? 9 : byte))],
  ])('%s is no trace', (_, file) => {
    expect(readTrace(file).error).toMatchObject({ kind: 'foreign' });
  });

  it('a capture of a network is no trace, though it has the same format', () => {
    const file = Buffer.from(fileOf(RECORDS));
    for (let at = file.indexOf('passfob trace'); at >= 0; at = file.indexOf('passfob trace'))
      file.write('eth', at);
    expect(readTrace(file)).toMatchObject({ records: [], error: { kind: 'foreign' } });
  });

  it('blocks of other kinds are skipped without being kept, also huge ones', () => {
    const other = (length: number) => {
      const bytes = Buffer.alloc(length);
      bytes.writeUInt32LE(0xbad, 0);
      bytes.writeUInt32LE(length, 4);
      bytes.writeUInt32LE(length, length - 4);
      return bytes;
    };
    const [start, ...rest] = [fileOf([]), fileOf(RECORDS).subarray(fileOf([]).length)];
    const file = Buffer.concat([start, other(12), other(BLOCK_BYTES_MAX * 10), ...rest, other(16)]);
    expect(readTrace(file, 1_000)).toEqual({ records: RECORDS, isCutOff: false, error: undefined });
    expect(readTrace(Buffer.concat([start, other(BLOCK_BYTES_MAX).subarray(0, 999)])).isCutOff).toBe(true);
  });

  it('a chunk longer than a record is written as several', () => {
    const bytes = new Uint8Array(RECORD_BYTES_MAX * 2 + 5).map((_, at) => at);
    const { records } = readTrace(fileOf([{ kind: 'bytes', atUs: AT, port: 'USB', way: 'in', bytes }]));
    const pieces = records.map(one => (one.kind === 'bytes' ? one.bytes : new Uint8Array(0)));
    expect(pieces.map(({ length }) => length)).toEqual([RECORD_BYTES_MAX, RECORD_BYTES_MAX, 5]);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes));
  });

  it('a record of a later version is known as one, and goes into no file', () => {
    for (const data of [[2, 1, 0], [1, 99], [1, 3, 5], [1, 2, 0, 77, 0, 0, 0, 1], [1], []]) {
      const record = recordOf(Uint8Array.from(data), AT, 'USB');
      expect(record).toMatchObject({ kind: 'unknown', atUs: AT });
      expect(fileOf([record])).toEqual(fileOf([]));
    }
    expect(recordOf(bodyOf({ kind: 'key', atUs: AT, key: 1, down: true }), AT, 'x').kind).toBe('key');
  });

  it('texts of a trace are UTF-8, and other bytes are a character each', LONG, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), text => {
        expect(bytesOfText(text)).toEqual(new Uint8Array(Buffer.from(text)));
        expect(textOfBytes(bytesOfText(text))).toBe(text);
      }),
      { seed: firstSeed(), numRuns: countOf(200, 5_000) },
    );
    expect(textOfBytes(Uint8Array.of(0xff, 0x41))).toBe('ÿA');
    expect(bytesOfText('a\ud800b')).toEqual(new Uint8Array(Buffer.from('a?b')));
  });
});

describe('hostile trace files', () => {
  /** Reads a file and counts what the reader keeps: no more than one block and one chunk. */
  function survives(file: Uint8Array): void {
    const { records, error } = readTrace(file, 512);
    expect(error === undefined || error instanceof NotATrace).toBe(true);
    for (const record of records) expect(Number.isFinite(record.atUs)).toBe(true);
  }

  it('random bytes never make the reader throw anything but its own error', LONG, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, hasStart) => {
        survives(hasStart ? Buffer.concat([fileOf([]), bytes]) : bytes);
      }),
      { seed: firstSeed(), numRuns: countOf(500, 20_000) },
    );
  });

  it('a good file with changed bytes never makes the reader throw anything but its own error', LONG, () => {
    const good = fileOf(RECORDS);
    const place = fc.record({
      at: fc.nat(good.length - 1),
      byte: fc.oneof(fc.constantFrom(0, 1, 127, 255), fc.nat(255)),
    });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 5 }), changes => {
        const file = Uint8Array.from(good);
        for (const { at, byte } of changes) file[at] = byte;
        survives(file);
      }),
      { seed: firstSeed(), numRuns: countOf(1_000, 30_000) },
    );
  });

  it('a block that claims a huge length is refused before it is kept', () => {
    const reader = new TraceReader();
    reader.take(fileOf(RECORDS));
    const huge = Buffer.alloc(8);
    huge.writeUInt32LE(6, 0);
    huge.writeUInt32LE(0xfffffffc, 4);
    expect(() => reader.take(huge)).toThrow(NotATrace);
  });
});
