const POLYNOMIAL = 0xedb88320;
/** Bytes at a time. */
const STEP = 4;
/** The CRC of each byte with 0 to 3 bytes of zero after it. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(STEP * 256);
  for (let index = 0; index < 256; index++) {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[index] = value;
  }
  for (let at = 256; at < tables.length; at++) {
    const shorter = tables[at - 256] ?? 0;
    tables[at] = (shorter >>> 8) ^ (tables[shorter & 255] ?? 0);
  }
  return tables;
}

/** Returns the CRC-32 of IEEE 802.3 of the first `length` bytes, like `E.CRC32`: 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array, length = bytes.length): number {
  let crc = -1;
  let at = 0;
  for (const whole = length - (length % STEP); at < whole; at += STEP) {
    crc ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    crc =
      (TABLES[768 + (crc & 255)] ?? 0) ^
      (TABLES[512 + ((crc >>> 8) & 255)] ?? 0) ^
      (TABLES[256 + ((crc >>> 16) & 255)] ?? 0) ^
      (TABLES[crc >>> 24] ?? 0);
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ (TABLES[(crc ^ (bytes[at] ?? 0)) & 255] ?? 0);
  return ~crc >>> 0;
}
