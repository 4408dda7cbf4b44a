import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { ServiceError } from './errors.ts';
import { credentialLimits } from './limits/credentials.ts';
import { texts } from './texts/texts.ts';

/** The prefix of new hashes: Argon2id, version 1.3, with the parameters of `limits/credentials.ts`. */
const BEGINNING = `$argon2id$v=19$m=${credentialLimits.slowHashMemoryKib},t=${credentialLimits.slowHashPasses},p=${credentialLimits.slowHashLanes}$`;

/** Used for the dummy evaluation: its check costs as much as a real one, and no password for it is known. */
const decoy = `${BEGINNING}${unpadded(credentialLimits.slowHashSaltBytes)}$${unpadded(credentialLimits.slowHashBytes)}`;

function unpadded(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}

/** @throws ServiceError `busy` if too many are waiting already */
export function slowHash(typed: string): Promise<string> {
  return queued(() =>
    hash(typed, {
      memoryCost: credentialLimits.slowHashMemoryKib,
      timeCost: credentialLimits.slowHashPasses,
      parallelism: credentialLimits.slowHashLanes,
      outputLen: credentialLimits.slowHashBytes,
    }),
  );
}

/**
 * Whether a text is the one that was hashed.
 *
 * @param stored null if there is no hash: the result is false after the same work
 * @throws ServiceError `busy` if too many are waiting already
 */
export function checkSlowHash(stored: string | null, typed: string): Promise<boolean> {
  return queued(async () => {
    try {
      const equal = await verify(stored ?? decoy, typed);
      return equal && stored !== null;
    } catch {
      // An unreadable hash matches nothing, and its check takes as long as any other.
      await verify(decoy, typed);
      return false;
    }
  });
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(BEGINNING);
}

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Bounds the work that runs at once, because each hash takes 19 MiB and a processor. The rest wait in a queue, which
 * is bounded, too.
 */
async function queued<T>(work: () => Promise<T>): Promise<T> {
  if (running >= credentialLimits.slowHashesAtOnce) {
    if (waiting.length >= credentialLimits.slowHashesWaiting)
      throw new ServiceError('busy', texts.people.busy);
    // A finished caller hands its slot to the next in the queue, so a new caller cannot take it.
    await new Promise<void>(resolve => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
