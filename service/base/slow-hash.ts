import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { ServiceError } from './errors.ts';
import { credentialLimits } from './limits/credentials.ts';
import { texts } from './texts/texts.ts';

/** How hashes made now begin: Argon2id, version 1.3, with the parameters of `limits/credentials.ts`. */
const BEGINNING = `$argon2id$v=19$m=${credentialLimits.slowHashMemoryKib},t=${credentialLimits.slowHashPasses},p=${credentialLimits.slowHashLanes}$`;

/** Stands in where there is no hash: it costs as much to check as a real one, and nobody knows what it is of. */
const decoy = `${BEGINNING}${unpadded(credentialLimits.slowHashSaltBytes)}$${unpadded(credentialLimits.slowHashBytes)}`;

function unpadded(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}

/** @throws ServiceError `busy` when too many are waiting already */
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
 * @param stored null where there is nothing to compare with: the answer is no, and the work is the same
 * @throws ServiceError `busy` when too many are waiting already
 */
export function checkSlowHash(stored: string | null, typed: string): Promise<boolean> {
  return queued(async () => {
    try {
      const equal = await verify(stored ?? decoy, typed);
      return equal && stored !== null;
    } catch {
      // A hash that cannot be read lets nobody in, and takes as long as one that can.
      await verify(decoy, typed);
      return false;
    }
  });
}

/** Whether a hash was made with other parameters than one would be now. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(BEGINNING);
}

let running = 0;
const waiting: (() => void)[] = [];

/** A bounded number at once: each takes 19 MiB and a processor. The rest wait their turn, a bounded number of them too. */
async function queued<T>(work: () => Promise<T>): Promise<T> {
  if (running >= credentialLimits.slowHashesAtOnce) {
    if (waiting.length >= credentialLimits.slowHashesWaiting)
      throw new ServiceError('busy', texts.people.busy);
    // Whoever ends hands their place on, so nobody who comes in between can take it.
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
