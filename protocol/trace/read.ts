import {
  BYTE_ORDER_MAGIC,
  DESCRIPTION,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  joined,
  LINK_TYPE,
  OPTION_INTERFACE_DESCRIPTION,
  OPTION_INTERFACE_NAME,
  OPTION_RESOLUTION,
  optionsIn,
  padded,
  SECTION_HEADER,
} from './blocks.ts';
import { recordOf } from './bodies.ts';
import {
  BLOCK_BYTES_MAX,
  BLOCK_FRAME_BYTES,
  INTERFACES_MAX,
  PACKET_HEAD_BYTES,
  PORT_CHARS_MAX,
  RESOLUTION_DIGITS_MAX,
} from './limits.ts';
import type { TraceRecord } from './records.ts';
import { textOfBytes } from './unicode.ts';

/** A file that is no trace: of another kind (`foreign`), or broken in the middle (`damaged`). */
export class NotATrace extends Error {
  readonly kind: 'foreign' | 'damaged';
  /** Bytes of the file before the place. */
  readonly at: number;

  constructor(kind: 'foreign' | 'damaged', at: number) {
    super(kind === 'foreign' ? 'this is no trace of passfob' : `the trace is damaged at byte ${at}`);
    this.name = 'NotATrace';
    this.kind = kind;
    this.at = at;
  }
}

interface Interface {
  readonly port: string;
  /** A trace of ours. */
  readonly isOurs: boolean;
  /** Parts of a second in the times of its packets. */
  readonly perSecond: number;
}

const HALF = 4_294_967_296;
const US_PER_SECOND = 1_000_000;

/**
 * Reads a trace, or a trace that Wireshark saved: chunks of any size in, records out. Holds one block. Skips blocks and
 * interfaces of other kinds.
 */
export class TraceReader {
  #held = new Uint8Array(0);
  /** Bytes before `#held`. */
  #at = 0;
  /** Bytes of a block of another kind that are still to come. */
  #skipping = 0;
  #isLittle = true;
  #hasSection = false;
  #interfaces: Interface[] = [];
  #hasOurs = false;
  #isEnded = false;
  /** Found behind records that were handed on first. */
  #found: NotATrace | undefined;

  /** Whether the file ended within a block, as after a process that was killed. Known after `end`. */
  get isCutOff(): boolean {
    return this.#isEnded && (this.#held.length > 0 || this.#skipping > 0);
  }

  /**
   * Returns the records that the chunk ends. Damage behind them is thrown by the next call.
   * @throws NotATrace
   */
  take(chunk: Uint8Array): TraceRecord[] {
    if (this.#found) throw this.#found;
    const records: TraceRecord[] = [];
    try {
      this.#read(chunk, records);
    } catch (error) {
      if (!(error instanceof NotATrace) || records.length === 0) throw error;
      this.#found = error;
    }
    return records;
  }

  #read(chunk: Uint8Array, records: TraceRecord[]): void {
    this.#held = joined(this.#held, chunk);
    for (let length = this.#next(); length > 0; length = this.#next()) {
      const bytes = this.#held.subarray(0, length);
      const record = this.#skipping > 0 ? undefined : this.#block(bytes);
      if (record) records.push(record);
      this.#skipping -= Math.min(this.#skipping, length);
      this.#held = this.#held.subarray(length);
      this.#at += length;
    }
    // A copy: a small rest must not keep a large chunk.
    this.#held = this.#held.slice();
  }

  /** @throws NotATrace if the file had no record of ours, and is of another kind */
  end(): void {
    if (this.#found) throw this.#found;
    this.#isEnded = true;
    if (!this.#hasSection || (this.#interfaces.length > 0 && !this.#hasOurs)) this.#fail('foreign');
  }

  #fail(kind: 'foreign' | 'damaged'): never {
    throw new NotATrace(kind, this.#at);
  }

  /** Returns how many of the held bytes are the next block, or part of a skipped one; 0 if more must come. */
  #next(): number {
    const held = this.#held;
    if (this.#skipping > 0) return Math.min(this.#skipping, held.length);
    if (held.length < 4 && !this.#hasSection) this.#checkBeginning();
    if (held.length < 8) return 0;
    const view = viewOf(held);
    const isSection = view.getUint32(0, true) === SECTION_HEADER;
    if (!isSection && !this.#hasSection) this.#fail('foreign');
    if (isSection) {
      if (held.length < BLOCK_FRAME_BYTES) return 0;
      this.#isLittle = this.#orderOf(view);
    }
    const type = view.getUint32(0, this.#isLittle);
    const length = view.getUint32(4, this.#isLittle);
    if (length < BLOCK_FRAME_BYTES || length % 4 !== 0) this.#fail('damaged');
    const isRead = isSection || type === INTERFACE_DESCRIPTION || type === ENHANCED_PACKET;
    if (!isRead) {
      this.#skipping = length;
      return Math.min(length, held.length);
    }
    if (length > BLOCK_BYTES_MAX) this.#fail(this.#hasOurs ? 'damaged' : 'foreign');
    return held.length < length ? 0 : length;
  }

  /** A short file of another kind must not pass as the beginning of a trace. */
  #checkBeginning(): void {
    const beginning = [0x0a, 0x0d, 0x0d, 0x0a];
    if (this.#held.some((byte, index) => byte !== beginning[index])) this.#fail('foreign');
  }

  #orderOf(view: DataView): boolean {
    if (view.getUint32(8, true) === BYTE_ORDER_MAGIC) return true;
    if (view.getUint32(8, false) !== BYTE_ORDER_MAGIC) this.#fail(this.#hasSection ? 'damaged' : 'foreign');
    return false;
  }

  #block(bytes: Uint8Array): TraceRecord | undefined {
    const view = viewOf(bytes);
    if (view.getUint32(bytes.length - 4, this.#isLittle) !== bytes.length) this.#fail('damaged');
    const type = view.getUint32(0, this.#isLittle);
    if (type === INTERFACE_DESCRIPTION) this.#interface(bytes, view);
    else if (type === ENHANCED_PACKET) return this.#packet(bytes, view);
    else {
      this.#hasSection = true;
      // Interfaces are counted anew in each section (§4.1).
      this.#interfaces = [];
    }
    return undefined;
  }

  #interface(bytes: Uint8Array, view: DataView): void {
    if (bytes.length < BLOCK_FRAME_BYTES + 8 || this.#interfaces.length >= INTERFACES_MAX)
      this.#fail('damaged');
    const options = optionsIn(bytes.subarray(16, bytes.length - 4), this.#isLittle);
    const text = (code: number) =>
      textOfBytes(options.find(one => one.code === code)?.value ?? new Uint8Array(0));
    const isOurs =
      view.getUint16(8, this.#isLittle) === LINK_TYPE &&
      text(OPTION_INTERFACE_DESCRIPTION).startsWith(DESCRIPTION);
    this.#hasOurs ||= isOurs;
    const resolution = options.find(({ code }) => code === OPTION_RESOLUTION)?.value[0] ?? 6;
    this.#interfaces.push({
      port: text(OPTION_INTERFACE_NAME).slice(0, PORT_CHARS_MAX),
      isOurs,
      perSecond: this.#perSecond(resolution),
    });
  }

  /** Bit 7 set: a power of two, otherwise of ten (§4.2). */
  #perSecond(resolution: number): number {
    const power = resolution & 127;
    if (power > (resolution > 127 ? 32 : RESOLUTION_DIGITS_MAX)) this.#fail('damaged');
    return (resolution > 127 ? 2 : 10) ** power;
  }

  #packet(bytes: Uint8Array, view: DataView): TraceRecord | undefined {
    if (bytes.length < BLOCK_FRAME_BYTES + PACKET_HEAD_BYTES) this.#fail('damaged');
    const from = this.#interfaces[view.getUint32(8, this.#isLittle)];
    if (from === undefined) return this.#fail('damaged');
    if (!from.isOurs) return undefined;
    const captured = view.getUint32(20, this.#isLittle);
    const begin = 8 + PACKET_HEAD_BYTES;
    if (begin + padded(captured) + 4 > bytes.length) this.#fail('damaged');
    const time = view.getUint32(12, this.#isLittle) * HALF + view.getUint32(16, this.#isLittle);
    const atUs =
      from.perSecond === US_PER_SECOND ? time : Math.floor((time / from.perSecond) * US_PER_SECOND);
    return recordOf(bytes.slice(begin, begin + captured), atUs, from.port);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
