import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { IMAGE_PIXELS_MAX } from 'passfob/enrol/limits';
import { otpauthOf } from 'passfob/enrol/otpauth';
import { readQrImage } from 'passfob/enrol/qr';
import { freshSeed } from 'passfob/enrol/seed';
import { IMAGE_BYTES_MAX } from 'passfob/limits';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { account } from './accounts.ts';
import { mapped, type Picture, png, qrPicture, sideBySide } from './images.ts';

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

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('QR images', () => {
  it('QR images are read without a network', async () => {
    const asked = vi.fn(() => Promise.reject(new Error('there is no network here')));
    vi.stubGlobal('fetch', asked);
    const uri = newUri();
    expect(await readQrImage(png(await qrPicture(uri)))).toBe(uri);
    expect(asked).not.toHaveBeenCalled();
  });

  it('QR images are read for any account', async () => {
    await fc.assert(
      fc.asyncProperty(account, async made => {
        secret(made.secret);
        const uri = otpauthOf(made);
        expect(await readQrImage(png(await qrPicture(uri)))).toBe(uri);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, (code: Picture) => Picture]>([
    [
      'turned by a quarter',
      code => mapped(code, code.height, code.width, (x, y) => [y, code.height - 1 - x]),
    ],
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
    ['a file too long', () => new Uint8Array(IMAGE_BYTES_MAX + 1), /too big/],
  ])('images are refused: %s', async (_, make, sentence) => {
    await expect(readQrImage(make())).rejects.toMatchObject({
      name: 'FobError',
      kind: 'bad-input',
      message: expect.stringMatching(sentence),
      next: expect.stringMatching(/^[A-Z]/),
    });
  });

  it('images with damaged bytes are read or refused, and cause no other error', async () => {
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
      { numRuns: 60 },
    );
  });
});

function turned(code: Picture, angle: number): Picture {
  const size = code.width * 2;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return mapped(code, size, size, (x, y) => {
    const [dx, dy] = [x - size / 2, y - size / 2];
    return [dx * cos + dy * sin + code.width / 2, dy * cos - dx * sin + code.height / 2];
  });
}
