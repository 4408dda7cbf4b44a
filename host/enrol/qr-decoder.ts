import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FobError } from '../errors.ts';
import { badInput } from './enrolment.ts';
import { imageFault } from './image-cost.ts';
import type { ImageSize } from './image-size.ts';
import {
  IMAGE_BASE_MS,
  IMAGE_HEAP_MIB,
  IMAGE_LATE,
  IMAGE_MEMORY_BYTES,
  IMAGE_MEMORY_BYTES_PER_PIXEL,
  IMAGE_MS_PER_MEGAPIXEL,
  IMAGE_WAIT_MS,
  IMAGES_WAITING_MAX,
  QR_ANSWER_BYTES_MAX,
} from './limits.ts';

/** The last image that was handed in; the next one is decoded after it. */
let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/**
 * Decodes an image in a process of its own, one image at a time: the search for codes takes minutes in some images of a
 * few kilobytes, and nothing but the end of its process stops it.
 * @param signal ends the process, or the wait for it
 * @returns the texts of its QR codes; undefined for a damaged image
 * @throws FobError `bad-input` if it is made to be slow or too many images wait, `cancelled`
 */
export async function decodeQrCodes(
  bytes: Uint8Array,
  size: ImageSize,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (waiting > IMAGES_WAITING_MAX)
    throw badInput('Too many images are being read at the moment.', 'Try it again in a minute.');
  waiting++;
  const decoded = last.then(() => checkAndDecode(bytes, size, signal)).finally(() => waiting--);
  last = decoded.catch(() => undefined);
  return decoded;
}

async function checkAndDecode(
  bytes: Uint8Array,
  size: ImageSize,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  if (signal?.aborted) throw new FobError('cancelled');
  const fault = await imageFault(bytes, size);
  if (fault === 'costly')
    throw badInput('The image has far more parts than any program writes.', 'Save it anew as a PNG file.');
  return fault === 'damaged' ? undefined : decode(bytes, size, signal);
}

async function decode(
  bytes: Uint8Array,
  { width, height }: ImageSize,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  if (signal?.aborted) throw new FobError('cancelled');
  const pixels = width * height;
  const memory = IMAGE_MEMORY_BYTES + pixels * IMAGE_MEMORY_BYTES_PER_PIXEL;
  const processorMs = IMAGE_BASE_MS + Math.ceil((pixels * IMAGE_MS_PER_MEGAPIXEL) / 1_000_000);
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${IMAGE_HEAP_MIB}`, programPath(), String(memory), String(processorMs)],
    // Nothing of the environment: it may hold secrets, and options for Node.
    { stdio: ['pipe', 'pipe', 'ignore'], env: {}, windowsHide: true },
  );
  const end = () => child.kill('SIGKILL');
  const timer = setTimeout(end, IMAGE_WAIT_MS);
  signal?.addEventListener('abort', end, { once: true });
  process.once('exit', end);
  try {
    const answer = await answerOf(child, bytes);
    if (signal?.aborted) throw new FobError('cancelled');
    if (answer !== IMAGE_LATE) return textsIn(answer);
    throw badInput('The image takes too long to search.', 'Cut it down to the QR code, or take it anew.');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    process.off('exit', end);
  }
}

/** Returns what the process answers before it ends. */
function answerOf(child: ChildProcess, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.length > QR_ANSWER_BYTES_MAX) child.kill('SIGKILL');
    });
    // The process may end before it has read the image.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(bytes);
    child.on('error', reject);
    child.on('close', () => resolve(answer));
  });
}

/** Returns undefined where the process found the image damaged, or ended before it answered. */
function textsIn(answer: string): readonly string[] | undefined {
  try {
    const texts: unknown = JSON.parse(answer);
    return Array.isArray(texts) ? texts.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** This code runs from its source as well, which has no program beside it. */
function programPath(): string {
  const manifest = createRequire(import.meta.url).resolve('passfob/package.json');
  return join(dirname(manifest), 'dist/program/enrol/qr-process.js');
}
