import {
  BYTE_ORDER_MAGIC,
  block,
  DESCRIPTION,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  joined,
  LINK_TYPE,
  OPTION_COMMENT,
  OPTION_INTERFACE_DESCRIPTION,
  OPTION_INTERFACE_NAME,
  OPTION_PACKET_FLAGS,
  OPTION_PROGRAM,
  padded,
  SECTION_HEADER,
} from './blocks.ts';
import { bodyOf } from './bodies.ts';
import { PACKET_HEAD_BYTES, PORT_CHARS_MAX, RECORD_BYTES_MAX } from './limits.ts';
import type { TraceRecord } from './records.ts';
import { bytesOfText } from './unicode.ts';

/** 2^32: the time of a packet is two halves. */
const HALF = 4_294_967_296;
/** Bits 0 and 1 of the flags of a packet (§4.3): which way it goes, seen from the fob. */
const INBOUND = 1;
const OUTBOUND = 2;
/** The interface of events, which are at no port. */
const EVENTS = 'fob';

/** What the head of a file says about it. */
export interface TraceOrigin {
  /** Program and version: `passfob simulate 0.2.0`. */
  readonly program: string;
  /** Board, or the kind of connection. */
  readonly board?: string;
  readonly comment?: string;
}

/**
 * Writes a trace as pcapng: `start`, then `record` for each record, one after the other. Every result is whole blocks,
 * so a file that ends between two is a good one. Holds one number for each port.
 */
export class TraceWriter {
  readonly #origin: TraceOrigin;
  readonly #interfaces = new Map<string, number>();

  constructor(origin: TraceOrigin) {
    this.#origin = origin;
  }

  /** Returns the section header and the interface of events: the beginning of the file. */
  start(): Uint8Array {
    const { program, comment } = this.#origin;
    const fixed = new Uint8Array(16);
    const view = new DataView(fixed.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    // Version 1.0, and a section of unknown length, so that a file that is cut off stays readable.
    view.setUint16(4, 1, true);
    fixed.fill(255, 8);
    this.#interfaces.set(EVENTS, 0);
    const header = block(SECTION_HEADER, fixed, [
      ...(comment === undefined ? [] : [{ code: OPTION_COMMENT, value: bytesOfText(comment) }]),
      { code: OPTION_PROGRAM, value: bytesOfText(program) },
    ]);
    return joined(header, interfaceBlock(EVENTS, this.#origin.board ?? ''));
  }

  /** Returns the block of a record, after the description of its port if it is the first there. */
  record(record: TraceRecord): Uint8Array {
    if (record.kind === 'unknown') return new Uint8Array(0);
    if (record.kind === 'bytes' && record.bytes.length > RECORD_BYTES_MAX) return this.#parts(record);
    const port = 'port' in record ? record.port.slice(0, PORT_CHARS_MAX) : EVENTS;
    const known = this.#interfaces.get(port);
    const id = known ?? this.#interfaces.size;
    const packet = packetBlock(record, id);
    if (known !== undefined) return packet;
    this.#interfaces.set(port, id);
    return joined(interfaceBlock(port, this.#origin.board ?? ''), packet);
  }

  #parts(record: Extract<TraceRecord, { kind: 'bytes' }>): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < record.bytes.length; at += RECORD_BYTES_MAX)
      parts.push(this.record({ ...record, bytes: record.bytes.subarray(at, at + RECORD_BYTES_MAX) }));
    return joined(...parts);
  }
}

function interfaceBlock(port: string, board: string): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, LINK_TYPE, true);
  // A limit of 0 is none. Without a resolution the times are microseconds (§4.2).
  return block(INTERFACE_DESCRIPTION, fixed, [
    { code: OPTION_INTERFACE_NAME, value: bytesOfText(port) },
    { code: OPTION_INTERFACE_DESCRIPTION, value: bytesOfText(`${DESCRIPTION} ${board}`.trim()) },
  ]);
}

function packetBlock(record: Exclude<TraceRecord, { kind: 'unknown' }>, id: number): Uint8Array {
  const data = bodyOf(record);
  const fixed = new Uint8Array(PACKET_HEAD_BYTES + padded(data.length));
  const view = new DataView(fixed.buffer);
  const atUs = Math.max(0, Math.floor(record.atUs));
  view.setUint32(0, id, true);
  view.setUint32(4, Math.floor(atUs / HALF), true);
  view.setUint32(8, atUs % HALF, true);
  view.setUint32(12, data.length, true);
  view.setUint32(16, data.length, true);
  fixed.set(data, PACKET_HEAD_BYTES);
  if (!('way' in record)) return block(ENHANCED_PACKET, fixed);
  const flags = new Uint8Array(4);
  flags[0] = record.way === 'in' ? INBOUND : OUTBOUND;
  return block(ENHANCED_PACKET, fixed, [{ code: OPTION_PACKET_FLAGS, value: flags }]);
}
