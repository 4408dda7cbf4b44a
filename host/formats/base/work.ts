import { setImmediate as othersTurn } from 'node:timers/promises';
import { badInput } from '../../enrol/enrolment.ts';
import { FobError } from '../../errors.ts';
import {
  ARGON2_LANES_MAX,
  ARGON2_MEMORY_KIB_MAX,
  ARGON2_WORK_KIB_MAX,
  ITERATIONS_MAX,
  PIXELS_MAX,
  SCRYPT_MEMORY_BYTES_MAX,
  SCRYPT_PARALLELISM_MAX,
  SCRYPT_WORK_BYTES_MAX,
  TURN_MS,
} from './limits.ts';

/** Parameters of scrypt (RFC 7914). */
export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** Parameters of Argon2id (RFC 9106 §3.1). */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** Parameters of PBKDF2 (RFC 8018 §5.2). */
export interface Pbkdf2Cost {
  readonly iterations: number;
  readonly keyBytes: number;
  readonly hash: keyof typeof HASH_BYTES;
}

const HASH_BYTES = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;

/**
 * Limits the work of one import over all its files, and pauses for other work. Each file sets the cost of its own
 * key, so the sum over all slots and files must be limited.
 */
export class Work {
  private readonly signal: AbortSignal | undefined;
  private iterations: number;
  private scryptBytes: number;
  private argon2Kib: number;
  private pixels: number;
  private turnMs: number;

  /** @param signal stops the import between two steps */
  constructor(signal?: AbortSignal) {
    this.signal = signal;
    this.iterations = ITERATIONS_MAX;
    this.scryptBytes = SCRYPT_WORK_BYTES_MAX;
    this.argon2Kib = ARGON2_WORK_KIB_MAX;
    this.pixels = PIXELS_MAX;
    this.turnMs = performance.now();
  }

  /** Counts the cost of a key, before a password is asked for. @throws FobError `bad-input` if it is too high */
  takePbkdf2({ iterations, keyBytes, hash }: Pbkdf2Cost): void {
    const blocks = Math.ceil(keyBytes / HASH_BYTES[hash]);
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > ITERATIONS_MAX) throw tooMuchWork();
    this.iterations -= iterations * blocks;
    if (this.iterations < 0) throw tooMuchTogether();
  }

  /** Counts the cost of a scrypt key. @throws FobError `bad-input` */
  takeScrypt({ n, r, p }: ScryptCost): void {
    const isPower = Number.isInteger(n) && n > 1 && Number.isInteger(Math.log2(n));
    const areWhole = Number.isInteger(r) && r > 0 && Number.isInteger(p) && p > 0;
    const memory = 128 * n * r;
    if (!isPower || !areWhole || memory > SCRYPT_MEMORY_BYTES_MAX || p > SCRYPT_PARALLELISM_MAX)
      throw tooMuchWork();
    this.scryptBytes -= memory * p;
    if (this.scryptBytes < 0) throw tooMuchTogether();
  }

  /** Counts the cost of an Argon2id key. @throws FobError `bad-input` */
  takeArgon2({ memoryKib, passes, lanes }: Argon2Cost): void {
    const areWhole = [memoryKib, passes, lanes].every(number => Number.isInteger(number) && number > 0);
    if (!areWhole || lanes > ARGON2_LANES_MAX || memoryKib < 8 * lanes) throw tooMuchWork();
    if (memoryKib > ARGON2_MEMORY_KIB_MAX) throw tooMuchMemory();
    this.argon2Kib -= memoryKib * passes;
    if (this.argon2Kib < 0) throw tooMuchTogether();
  }

  /** Counts an image's pixels. @throws FobError `bad-input` */
  takePixels(pixels: number): void {
    this.pixels -= pixels;
    if (this.pixels >= 0) return;
    throw badInput(
      'The images have too many pixels.',
      'Cut them down to the codes, or import some at a time.',
    );
  }

  /** Whether `pause` is due. */
  get isDue(): boolean {
    return performance.now() - this.turnMs >= TURN_MS;
  }

  /** Lets other work run. @throws FobError `cancelled` */
  async pause(): Promise<void> {
    await othersTurn();
    this.turnMs = performance.now();
    this.check();
  }

  /** @throws FobError `cancelled` */
  check(): void {
    if (this.signal?.aborted) throw new FobError('cancelled');
  }

  /** Waits for work that cannot be stopped, unless the import is cancelled. @throws FobError `cancelled` */
  unlessEnded<T>(result: Promise<T>): Promise<T> {
    const { signal } = this;
    if (signal === undefined) return result;
    return new Promise<T>((resolve, reject) => {
      const end = () => reject(new FobError('cancelled'));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      result.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
    });
  }
}

function tooMuchWork(): Error {
  return badInput(
    'The key derivation of the file needs far more work than that of any known program.',
    'Do not trust it; export it again.',
  );
}

function tooMuchMemory(): Error {
  return badInput(
    `The key derivation of the file needs more than ${ARGON2_MEMORY_KIB_MAX / 1_024} MiB of memory.`,
    'Export it without a password, or first lower the memory of the key derivation in the settings of the account.',
  );
}

function tooMuchTogether(): Error {
  return badInput(
    'The key derivation of the files needs far more work than that of any known program.',
    'Import one file at a time. If it is one file, do not trust it; export it again.',
  );
}
