import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { type Readable, Transform } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { refuseOpenedDatabase } from './database-file.ts';
import { FobError, systemCode } from './errors.ts';
import { READ_STEP_BYTES } from './limits.ts';

/**
 * Every file that a person or a setting names is read here, since what stands behind a name may be a pipe without a
 * writer, a device without an end, or a file that grows.
 */

/** A file by its path, or a stream with the name that sentences give it. */
export type FileSource = string | { readonly name: string; readonly stream: Readable };

export function standardInput(stream: Readable): FileSource {
  return { name: 'standard input', stream };
}

/** The subject of a sentence about it. */
export function subjectOf(source: FileSource): string {
  return typeof source === 'string' ? `The file ${source}` : sentenceCase(source.name);
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Opening never waits: a process that waits for the writer of a pipe cannot be ended. */
function openedToRead(path: string, flags = 0): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | flags);
}

/**
 * Opens a file, a pipe, a terminal or `/dev/fd/3` as a stream that `destroy` ends at any time. The usual file stream
 * keeps the process alive while a pipe's writer is silent, so pipes and terminals are opened as sockets.
 * @throws the system's error
 */
export function openStream(path: string): Readable {
  const descriptor = openedToRead(path);
  try {
    if (fstatSync(descriptor).isFIFO())
      return new Socket({ fd: descriptor, readable: true, writable: false });
    if (isatty(descriptor)) return new ReadStream(descriptor);
    return createReadStream(path, { fd: descriptor });
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/**
 * Yields a file's bytes piece by piece until its end, or that of the signal.
 * @throws FobError `bad-input` if it is absent or cannot be read, `cancelled`
 */
export async function* readPieces(
  source: FileSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (typeof source === 'string') refuseOpenedDatabase(source);
  if (signal?.aborted) throw new FobError('cancelled');
  let stream: Readable | undefined;
  const cancel = () => stream?.destroy(new FobError('cancelled'));
  try {
    stream = typeof source === 'string' ? openStream(source) : source.stream;
    signal?.addEventListener('abort', cancel, { once: true });
    yield* stream;
  } catch (cause) {
    throw systemCode(cause) === '' ? cause : unreadable(source, cause);
  } finally {
    signal?.removeEventListener('abort', cancel);
    stream?.destroy();
  }
}

function unreadable(source: FileSource, cause: unknown): FobError {
  const reasons: Readonly<Record<string, string>> = { ENOENT: 'does not exist', EISDIR: 'is a folder' };
  return new FobError('bad-input', {
    sentence: `${subjectOf(source)} ${reasons[systemCode(cause)] ?? 'cannot be read'}.`,
    next: 'Check its name, and that you may read it.',
    cause,
  });
}

/**
 * Reads all bytes of a file, or of a descriptor such as /dev/fd/3 until its end.
 * @throws FobError `bad-input` if it is absent, cannot be read, or has more than `bytesMax`; `cancelled`
 */
export async function readWhole(
  source: FileSource,
  bytesMax: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readPieces(source, signal)) {
    length += piece.length;
    if (length > bytesMax)
      throw new FobError('bad-input', {
        sentence: `${subjectOf(source)} is too big.`,
        next: `Name another file: at most ${bytesMax} bytes are read.`,
      });
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Reads the first line of a file: an editor's final newline is no part of a password. @throws as `readWhole` */
export async function readFirstLine(
  path: string,
  bytesMax: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const text = new TextDecoder().decode(await readWhole(path, bytesMax, signal));
  return text.split(/\r?\n/, 1)[0] ?? '';
}

const NEWLINE = 0x0a;

/**
 * Passes a stream on without what its lines have after `bytesMax`: readline keeps a line until its end, however long it
 * is. An error of the stream counts as its end.
 */
export function withShortLines(stream: Readable, bytesMax: number): Readable {
  let length = 0;
  const shorten = new Transform({
    transform(piece: Buffer | string, _encoding, done) {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length; ) {
        const end = bytes.indexOf(NEWLINE, at);
        const line = bytes.subarray(at, end < 0 ? bytes.length : end);
        this.push(line.subarray(0, Math.max(0, bytesMax - length)));
        if (end >= 0) this.push(bytes.subarray(end, end + 1));
        length = end < 0 ? length + line.length : 0;
        at += line.length + 1;
      }
      done();
    },
  });
  stream.on('error', () => shorten.end());
  return stream.pipe(shorten);
}

/** A file that is no plain file, or longer than expected. */
export class UnfitFile extends Error {
  override readonly name = 'UnfitFile';
}

/**
 * Reads a plain file at once, through one descriptor, so that the checked file is the one that is read.
 * @param check of its facts, before its content is read
 * @throws UnfitFile; the system's error; errors of `check`
 */
export function readPlainFile(
  path: string,
  bytesMax: number,
  check: (facts: Stats) => void = () => undefined,
  flags = 0,
): Buffer {
  const descriptor = openedToRead(path, flags);
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw new UnfitFile(`${path} is no plain file`);
    check(facts);
    const pieces: Buffer[] = [];
    // Not by its size: files of /proc have none, and a file may grow meanwhile.
    for (let length = 0; ; ) {
      const piece = Buffer.alloc(Math.min(READ_STEP_BYTES, bytesMax + 1));
      const count = readSync(descriptor, piece);
      if (count === 0) return Buffer.concat(pieces);
      length += count;
      if (length > bytesMax) throw new UnfitFile(`${path} is too long`);
      pieces.push(piece.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}
