import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { FobError } from '../errors.ts';
import { IMAGE_BYTES_MAX } from '../limits.ts';
import { badInput } from './enrolment.ts';
import { imageSize } from './image-size.ts';
import { IMAGE_PIXELS_MAX, QR_CODES_MAX } from './limits.ts';

let ready: Promise<unknown> | undefined;

/** Uses the reader's local file; by default the reader would fetch it from a public CDN. */
function prepareReader(): Promise<unknown> {
  ready ??= readFile(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')).then(
    file =>
      prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(file).buffer }, fireImmediately: true }),
  );
  return ready;
}

/**
 * Reads the text of the only QR code in an image.
 * @param bytes a PNG or JPEG file: a screenshot, a scan or a photograph; may be turned, mirrored or inverted
 * @throws FobError `bad-input` for another kind of file, one that is too big or damaged, and for no code or more
 *   than one
 */
export async function readQrImage(bytes: Uint8Array): Promise<string> {
  const [text = '', ...others] = await readQrTexts(bytes);
  if (others.length === 0) return text;
  throw badInput('The image holds more than one QR code.', 'Cut the image down to the one to be enrolled.');
}

/**
 * Reads the texts of all QR codes in an image, at least one. @throws FobError `bad-input` as `readQrImage`, but
 * allows several
 */
export async function readQrTexts(bytes: Uint8Array, pixelsMax = IMAGE_PIXELS_MAX): Promise<string[]> {
  if (bytes.length > IMAGE_BYTES_MAX) throw tooBig(pixelsMax);
  const size = imageSize(bytes);
  if (!size) throw badInput('This is not a PNG or JPEG image.', 'Save the QR code as a PNG or JPEG file.');
  if (size.width * size.height > pixelsMax) throw tooBig(pixelsMax);
  await prepareReader();
  const texts = await decode(bytes);
  if (texts.length > 0) return texts;
  throw badInput(
    'No QR code was found in the image.',
    'Use a sharp image that holds the whole code and some white around it.',
  );
}

async function decode(bytes: Uint8Array): Promise<string[]> {
  try {
    const found = await readBarcodes(bytes, { formats: ['QRCode'], maxNumberOfSymbols: QR_CODES_MAX });
    return [...new Set(found.filter(code => code.isValid).map(code => code.text))];
  } catch {
    // The decoder's message about a damaged file does not help a person.
    throw badInput('The image is damaged.', 'Save the QR code again as a PNG or JPEG file.');
  }
}

function tooBig(pixelsMax: number): FobError {
  const megabytes = Math.floor(IMAGE_BYTES_MAX / 2 ** 20);
  const megapixels = pixelsMax / 1_000_000;
  return badInput(
    'The image is too big.',
    `Cut it down to the QR code: at most ${megabytes} MiB and ${megapixels} million pixels are read.`,
  );
}
