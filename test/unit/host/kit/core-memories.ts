import { randomBytes } from 'node:crypto';
import type { Ports } from '@passfob/firmware/core/base/ports';
import { secret } from '../../../kit/secrets.ts';

const PAGES = 128;
const PAGE_BYTES = 32;

/** The memories that survive a reboot. */
export function memories(): Pick<Ports, 'storage' | 'keystore' | 'attemptCounter' | 'antiRollback'> {
  const bytes = new Uint8Array(PAGES * PAGE_BYTES).fill(0xff);
  const birth = secret(new Uint8Array(randomBytes(32)));
  let secrets: Uint8Array | undefined;
  let attempts = 0;
  let counter = 0;
  return {
    storage: {
      pages: PAGES,
      pageBytes: PAGE_BYTES,
      eraseBytes: 0,
      recordPages: 3,
      read: (address, length) => bytes.slice(address, address + length),
      write(address, written) {
        bytes.set(written, address);
        return true;
      },
    },
    keystore: {
      load: () => secrets,
      save(saved) {
        secrets = Uint8Array.from(saved);
        return true;
      },
      clear() {
        secrets = undefined;
        return true;
      },
      birth: () => birth,
      given: false,
      take: () => undefined,
    },
    attemptCounter: {
      count: () => attempts,
      add() {
        attempts++;
        return true;
      },
    },
    antiRollback: {
      load: () => counter,
      save(number) {
        counter = number;
        return true;
      },
    },
  };
}

/** The same, with a clock module that loses its power, and with it the anti-rollback counter, until one is stored. */
export function losingPower(): ReturnType<typeof memories> & { readonly losePower: () => void } {
  const parts = memories();
  let isLost = false;
  return {
    ...parts,
    antiRollback: {
      load: () => (isLost ? -1 : parts.antiRollback.load()),
      save(number) {
        isLost = false;
        return parts.antiRollback.save(number);
      },
    },
    losePower() {
      isLost = true;
    },
  };
}
