import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { IMAGE_PARTS_MAX, IMAGE_PIXELS_MAX, IMAGE_SCANS_MAX } from 'passfob/enrol/limits';
import { otpauthOf } from 'passfob/enrol/otpauth';
import { readQrImage } from 'passfob/enrol/qr';
import { freshSeed } from 'passfob/enrol/seed';
import { IMAGE_BYTES_MAX } from 'passfob/limits';
import { afterEach, expect, it, vi } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { secret } from '../../kit/secrets.ts';
import { account } from './accounts.ts';
import { manyScans, mapped, type Picture, png, pngOf, qrPicture, sideBySide } from './images.ts';

/** The content of the two JPEG files of this folder; its secret is the one of RFC 4226 appendix D. */
const PUBLIC =
  'otpauth://totp/Example:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example';

const file = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const blank: Picture = { width: 120, height: 90, pixels: new Uint8Array(120 * 90).fill(255) };

function newUri(): string {
  const seed = freshSeed(
    { issuer: 'Example', label: 'alice' },
    length => new Uint8Array(randomBytes(length)),
  );
  secret(seed.secret);
  return secret(otpauthOf(seed));
}

function header(width: number, height: number): Uint8Array {
  const bytes = png(blank);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

/** 16 MB, packed into 16 kB. */
const ZEROS = deflateSync(Buffer.alloc(16_000_000));
/** The decoder skips this chunk in front of the header; its content stands where the size of an image should. */
const FALSE_HEADER = ['CgBI', Buffer.from([0, 0, 0, 10, 0, 0, 0, 10, 8, 0, 0, 0, 0])] as const;

/** Adds empty chunks behind the header of a PNG. */
function withChunks(image: Uint8Array, count: number): Uint8Array {
  const empty = Buffer.from([0, 0, 0, 0, ...Buffer.from('teXt'), 0, 0, 0, 0]);
  return Buffer.concat([image.subarray(0, 33), ...Array<Buffer>(count).fill(empty), image.subarray(33)]);
}

/** Adds empty comments behind the start of a JPEG. */
function withSegments(image: Uint8Array, count: number): Uint8Array {
  const empty = Buffer.from([0xff, 0xfe, 0, 2]);
  return Buffer.concat([image.subarray(0, 2), ...Array<Buffer>(count).fill(empty), image.subarray(2)]);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('QR images are read without a network', async () => {
  const asked = vi.fn(() => Promise.reject(new Error('there is no network here')));
  vi.stubGlobal('fetch', asked);
  const uri = newUri();
  expect(await readQrImage(png(await qrPicture(uri)))).toBe(uri);
  expect(asked).not.toHaveBeenCalled();
});

it('QR images are read for any account', LONG, async () => {
  await fc.assert(
    fc.asyncProperty(account, async made => {
      secret(made.secret);
      const uri = otpauthOf(made);
      expect(await readQrImage(png(await qrPicture(uri)))).toBe(uri);
    }),
    { numRuns: countOf(5, 40) },
  );
});

it.each<[string, (code: Picture) => Picture]>([
  ['turned by a quarter', code => mapped(code, code.height, code.width, (x, y) => [y, code.height - 1 - x])],
  ['turned by 20 degrees', code => turned(code, Math.PI / 9)],
  ['mirrored', code => mapped(code, code.width, code.height, (x, y) => [code.width - 1 - x, y])],
  ['white on black', code => ({ ...code, pixels: code.pixels.map(grey => 255 - grey) })],
  ['beside nothing', code => sideBySide(blank, code, blank)],
  ['twice in one image', code => sideBySide(code, code)],
])('QR images are read %s', async (_, change) => {
  const uri = newUri();
  expect(await readQrImage(png(change(await qrPicture(uri))))).toBe(uri);
});

it.each(['photo.jpg', 'progressive.jpg'])('QR images are read as JPEG: %s', async name => {
  expect(await readQrImage(file(name))).toBe(PUBLIC);
});

it('QR images are read from a view into a bigger buffer', async () => {
  const bytes = file('photo.jpg');
  const buffer = new Uint8Array(bytes.length + 20);
  buffer.set(bytes, 7);
  expect(await readQrImage(buffer.subarray(7, 7 + bytes.length))).toBe(PUBLIC);
});

it.each([
  ['one bit a pixel', { depth: 1, colourType: 0 }],
  ['two bits a pixel, interlaced', { depth: 2, colourType: 0, isInterlaced: true }],
  ['16 bits and transparency', { depth: 16, colourType: 6 }],
  ['16 bits and transparency, interlaced', { depth: 16, colourType: 6, isInterlaced: true }],
])('images of every kind have room for all their pixels and no more: %s', async (_, kind) => {
  const header = { width: 61, height: 45, ...kind };
  const bytes = pixelBytes(header);
  const read = (length: number) => readQrImage(pngOf(header, deflateSync(Buffer.alloc(length))));
  await expect(read(bytes)).rejects.toThrow('No QR code was found');
  await expect(read(bytes + 1)).rejects.toThrow('damaged');
});

it('an image with two different QR codes is refused', async () => {
  const both = sideBySide(await qrPicture(newUri()), await qrPicture(newUri()));
  await expect(readQrImage(png(both))).rejects.toThrow('more than one QR code');
});

it.each<[string, () => Uint8Array, RegExp]>([
  ['no code', () => png(blank), /No QR code/],
  ['no file', () => new Uint8Array(0), /not a PNG or JPEG/],
  ['some text', () => new TextEncoder().encode(PUBLIC), /not a PNG or JPEG/],
  ['a GIF', () => new TextEncoder().encode('GIF89a\u0001\u0000\u0001\u0000'), /not a PNG or JPEG/],
  ['only a signature', () => png(blank).slice(0, 20), /not a PNG or JPEG/],
  ['half a PNG', () => png(blank).slice(0, 60), /damaged|No QR code/],
  ['half a JPEG header', () => file('photo.jpg').slice(0, 12), /not a PNG or JPEG/],
  ['a JPEG without an image', () => file('photo.jpg').slice(0, 700), /damaged|No QR code/],
  ['a bomb of pixels', () => header(60_000, 60_000), /too big/],
  ['a strip of pixels', () => header(IMAGE_PIXELS_MAX + 1, 1), /too big/],
  ['a bomb of packed pixels', () => pngOf({ width: 10, height: 10 }, ZEROS), /damaged/],
  ['a bomb in passes', () => pngOf({ width: 10, height: 10, isInterlaced: true }, ZEROS), /damaged/],
  ['packed pixels that are none', () => pngOf({ width: 10, height: 10 }, ZEROS.subarray(9)), /damaged/],
  ['an unknown kind of pixel', () => pngOf({ width: 10, height: 10, colourType: 5 }, ZEROS), /damaged/],
  [
    'a header behind another one',
    () => pngOf({ width: 60_000, height: 60_000 }, ZEROS, FALSE_HEADER),
    /not a PNG/,
  ],
  ['a crowd of chunks', () => withChunks(png(blank), IMAGE_PARTS_MAX), /far more parts/],
  ['a crowd of scans', () => manyScans(file('progressive.jpg'), IMAGE_SCANS_MAX + 1), /far more parts/],
  ['a crowd of segments', () => withSegments(file('photo.jpg'), IMAGE_PARTS_MAX), /far more parts/],
  ['a file too long', () => new Uint8Array(IMAGE_BYTES_MAX + 1), /too big/],
])('images are refused: %s', async (_, make, sentence) => {
  await expect(readQrImage(make())).rejects.toMatchObject({
    name: 'FobError',
    kind: 'bad-input',
    message: expect.stringMatching(sentence),
    next: expect.stringMatching(/^[A-Z]/),
  });
});

it('images with damaged bytes are read or refused, and cause no other error', LONG, async () => {
  const good = png(await qrPicture(PUBLIC));
  const photo = file('photo.jpg');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(good, photo),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 20 }),
      async (image, changes) => {
        const bytes = new Uint8Array(image);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const outcome = await readQrImage(bytes).catch((error: unknown) => error);
        if (outcome !== PUBLIC) expect(outcome).toMatchObject({ name: 'FobError', kind: 'bad-input' });
      },
    ),
    { numRuns: countOf(10, 60) },
  );
});

function turned(code: Picture, angle: number): Picture {
  const size = code.width * 2;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return mapped(code, size, size, (x, y) => {
    const [dx, dy] = [x - size / 2, y - size / 2];
    return [dx * cos + dy * sin + code.width / 2, dy * cos - dx * sin + code.height / 2];
  });
}

/** The bytes of all rows as the standard counts them, pixel by pixel (W3C PNG §8.2). */
function pixelBytes({
  width,
  height,
  depth,
  colourType,
  isInterlaced = false,
}: {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly isInterlaced?: boolean;
}): number {
  const samples = [1, 0, 3, 1, 2, 0, 4][colourType] ?? 0;
  const rows = new Map<string, number>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pass = isInterlaced ? PASSES[y % 8]?.[x % 8] : '';
      const row = `${pass} ${y}`;
      rows.set(row, (rows.get(row) ?? 0) + samples * depth);
    }
  }
  return [...rows.values()].reduce((sum, bits) => sum + 1 + Math.ceil(bits / 8), 0);
}

/** The pass of each pixel in a square of eight. */
const PASSES = [
  '16462646',
  '77777777',
  '56565656',
  '77777777',
  '36463646',
  '77777777',
  '56565656',
  '77777777',
];
