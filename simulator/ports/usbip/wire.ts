/** USB/IP as bytes (Linux `Documentation/usb/usbip_protocol.rst`, version 1.1.1). Numbers are big-endian. */
import { CONFIGURATION, DEVICE_CLASS, type DeviceFacts, interfaceClasses } from './descriptors.ts';
import { BUS_ID_BYTES, COMMAND_BYTES, DEVICE_BYTES, PATH_BYTES, REQUEST_HEADER_BYTES } from './limits.ts';

const VERSION = 0x0111;
export const REQ_DEVLIST = 0x8005;
const REP_DEVLIST = 0x0005;
export const REQ_IMPORT = 0x8003;
const REP_IMPORT = 0x0003;

export const IMPORT_ANSWER_BYTES = REQUEST_HEADER_BYTES + DEVICE_BYTES;

/** Status of an answer to a request. */
export const STATUS = { ok: 0, busy: 2, noDevice: 4 } as const;

const BUS = 1;
const DEVICE = 1;
export const BUS_ID = `${BUS}-${DEVICE}`;
export const DEVICE_ID = (BUS << 16) | DEVICE;
/** A value of `enum usb_device_speed`. */
export const FULL_SPEED = 2;

/** Returns a client's request, or undefined for another protocol. */
export function readRequest(header: Buffer): typeof REQ_DEVLIST | typeof REQ_IMPORT | undefined {
  const code = header.readUInt16BE(2);
  // Versions differ in their error reports; the requests are the same in all 1.x.
  if (header.readUInt16BE(0) >> 8 !== VERSION >> 8) return undefined;
  return code === REQ_DEVLIST || code === REQ_IMPORT ? code : undefined;
}

/** Reads text up to a zero byte. */
export function readText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

function header(code: number, status: number): Buffer {
  const bytes = Buffer.alloc(REQUEST_HEADER_BYTES);
  bytes.writeUInt16BE(VERSION, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.writeUInt32BE(status, 4);
  return bytes;
}

/** Returns a client's request for the device. */
export function importRequest(): Buffer {
  const busId = Buffer.alloc(BUS_ID_BYTES);
  busId.write(BUS_ID, 'latin1');
  return Buffer.concat([header(REQ_IMPORT, 0), busId]);
}

/** Returns the answer to a client's request for the device. */
export function importAnswer(status: number, facts: DeviceFacts): Buffer {
  const answer = header(REP_IMPORT, status);
  return status === STATUS.ok ? Buffer.concat([answer, device(facts)]) : answer;
}

/** Returns the list of devices: one, or none. */
export function listAnswer(facts: DeviceFacts | undefined): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(facts ? 1 : 0);
  const list = facts
    ? [device(facts), ...interfaceClasses(facts).map(three => Buffer.from([...three, 0]))]
    : [];
  return Buffer.concat([header(REP_DEVLIST, STATUS.ok), count, ...list]);
}

function device(facts: DeviceFacts): Buffer {
  const bytes = Buffer.alloc(DEVICE_BYTES);
  bytes.write('/sys/devices/passfob/usb1/1-1', 'latin1');
  bytes.write(BUS_ID, PATH_BYTES, 'latin1');
  let at = PATH_BYTES + BUS_ID_BYTES;
  for (const value of [BUS, DEVICE, FULL_SPEED]) at = bytes.writeUInt32BE(value, at);
  const { vendorId, productId, release } = facts.ids;
  for (const value of [vendorId, productId, release]) at = bytes.writeUInt16BE(value, at);
  for (const value of [...DEVICE_CLASS, CONFIGURATION, 1, interfaceClasses(facts).length]) {
    at = bytes.writeUInt8(value, at);
  }
  return bytes;
}

const CMD_SUBMIT = 1;
const CMD_UNLINK = 2;
const RET_SUBMIT = 3;
const RET_UNLINK = 4;
const DIRECTION_IN = 1;
const ENDPOINTS = 16;
const SHORT_NOT_OK = 1;

/** Results of a transfer: errors of Linux, negative (`Documentation/driver-api/usb/error-codes.rst`). */
export const RESULT = { ok: 0, stall: -32, overflow: -75, unlinked: -104, short: -121 } as const;

/** A transfer that a client has submitted. */
export interface Submit {
  readonly kind: 'submit';
  readonly id: number;
  readonly endpoint: number;
  readonly isIn: boolean;
  /** Bytes that follow, or the largest number of bytes of the answer. */
  readonly length: number;
  /** An answer of fewer bytes is an error. */
  readonly shortIsError: boolean;
  readonly setup: Buffer;
}

/** A client's request to cancel a transfer. */
export interface Unlink {
  readonly kind: 'unlink';
  readonly id: number;
  readonly of: number;
}

/** Reads a command of a client that has the device, or returns undefined if it is invalid. */
export function readCommand(bytes: Buffer): Submit | Unlink | undefined {
  const [command, id, deviceId, direction, endpoint, flags] = [0, 4, 8, 12, 16, 20].map(at =>
    bytes.readUInt32BE(at),
  ) as [number, number, number, number, number, number];
  if (deviceId !== DEVICE_ID) return undefined;
  if (command === CMD_UNLINK) return { kind: 'unlink', id, of: flags };
  // Isochronous transfers have packets, whose list would follow; the device has no such endpoint.
  const packets = bytes.readInt32BE(32);
  if (command !== CMD_SUBMIT || packets > 0 || direction > DIRECTION_IN || endpoint >= ENDPOINTS) {
    return undefined;
  }
  return {
    kind: 'submit',
    id,
    endpoint,
    isIn: direction === DIRECTION_IN,
    length: bytes.readUInt32BE(24),
    shortIsError: (flags & SHORT_NOT_OK) !== 0,
    setup: bytes.subarray(40, 48),
  };
}

/** Returns the end of a transfer. `length` is the number of bytes accepted from the client. */
export function submitAnswer({ id, isIn }: Submit, result: number, data: Uint8Array, length: number): Buffer {
  const bytes = Buffer.alloc(COMMAND_BYTES);
  bytes.writeUInt32BE(RET_SUBMIT, 0);
  bytes.writeUInt32BE(id, 4);
  bytes.writeInt32BE(result, 20);
  bytes.writeInt32BE(isIn ? data.length : length, 24);
  return isIn ? Buffer.concat([bytes, data]) : bytes;
}

/** `result` is the result of the cancelled transfer, 0 if it had ended before. */
export function unlinkAnswer({ id }: Unlink, result: number): Buffer {
  const bytes = Buffer.alloc(COMMAND_BYTES);
  bytes.writeUInt32BE(RET_UNLINK, 0);
  bytes.writeUInt32BE(id, 4);
  bytes.writeInt32BE(result, 20);
  return bytes;
}
