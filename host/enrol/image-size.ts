/** Width and height of an image, in pixels. */
export interface ImageSize {
  readonly format: 'PNG' | 'JPEG';
  readonly width: number;
  readonly height: number;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length and name of the header chunk, which stands first (W3C PNG §5.6). */
const PNG_HEADER = [0, 0, 0, 13, ...Buffer.from('IHDR', 'latin1')];
const PNG_START = [...PNG_SIGNATURE, ...PNG_HEADER];

/**
 * Reads the size of a PNG or JPEG from its header, before memory is spent on it; undefined for anything else. The
 * decoder takes the size from the same bytes.
 */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    if (bytes.length < 29 || !PNG_START.every((byte, i) => bytes[i] === byte)) return undefined;
    return { format: 'PNG', width: view.getUint32(16), height: view.getUint32(20) };
  }
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? jpegSize(bytes, view) : undefined;
}

/** Finds the frame header (ITU-T T.81 §B.2.2) after the segments, which contain their length. */
function jpegSize(bytes: Uint8Array, view: DataView): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at++;
    else if (isFrameHeader(marker)) {
      return { format: 'JPEG', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    } else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15, except the tables in that range: DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
