import type { FobError } from '../errors.ts';
import { IMAGE_BYTES_MAX } from '../limits.ts';
import { badInput } from './enrolment.ts';
import { imageSize } from './image-size.ts';
import { IMAGE_PIXELS_MAX } from './limits.ts';
import { decodeQrCodes } from './qr-decoder.ts';

/** How an image is read. */
export interface ImageOptions {
  /** Pixels of the largest image accepted; default: those of a photograph. */
  readonly pixelsMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the text of the only QR code in an image.
 * @param bytes a PNG or JPEG file: a screenshot, a scan or a photograph; may be turned, mirrored or inverted
 * @throws FobError `bad-input` for another kind of file, one that is too big or damaged, and for no code or more
 *   than one; `cancelled`
 */
export async function readQrImage(bytes: Uint8Array, options: ImageOptions = {}): Promise<string> {
  const [text = '', ...others] = await readQrTexts(bytes, options);
  if (others.length === 0) return text;
  throw badInput('The image holds more than one QR code.', 'Cut the image down to the one to be enrolled.');
}

/**
 * Reads the texts of all QR codes in an image, at least one. @throws FobError `bad-input` as `readQrImage`, but
 * allows several; `cancelled`
 */
export async function readQrTexts(bytes: Uint8Array, options: ImageOptions = {}): Promise<readonly string[]> {
  const { pixelsMax = IMAGE_PIXELS_MAX, signal } = options;
  if (bytes.length > IMAGE_BYTES_MAX) throw tooBig(pixelsMax);
  const size = imageSize(bytes);
  if (!size) throw badInput('This is not a PNG or JPEG image.', 'Save the QR code as a PNG or JPEG file.');
  if (size.width * size.height > pixelsMax) throw tooBig(pixelsMax);
  const texts = await decodeQrCodes(bytes, size, signal);
  if (texts === undefined)
    // The decoder's message about a damaged file does not help a person.
    throw badInput('The image is damaged.', 'Save the QR code again as a PNG or JPEG file.');
  if (texts.length > 0) return texts;
  throw badInput(
    'No QR code was found in the image.',
    'Use a sharp image that holds the whole code and some white around it.',
  );
}

function tooBig(pixelsMax: number): FobError {
  const megabytes = Math.floor(IMAGE_BYTES_MAX / 2 ** 20);
  const megapixels = pixelsMax / 1_000_000;
  return badInput(
    'The image is too big.',
    `Cut it down to the QR code: at most ${megabytes} MiB and ${megapixels} million pixels are read.`,
  );
}
