import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Guest } from './guest.ts';
import { bootGuest, missing } from './needs.ts';

/**
 * Defines the tests of a file, which share a guest of their own.
 * @param tests gets what returns the guest, once it runs
 * @param isYielding whether the other file's guest goes first
 */
export async function inGuest(
  tests: (guestOf: () => Guest) => void,
  { isYielding }: { readonly isYielding: boolean },
): Promise<void> {
  const lacking = await missing();
  if (lacking !== undefined) {
    it.skip(`a real USB stack carries the suite (needs ${lacking})`, () => {});
    return;
  }
  let guest: Guest | undefined;
  const there = (): Guest => {
    if (guest === undefined) throw new Error('the guest is used before it runs');
    return guest;
  };
  beforeAll(async () => {
    guest = await bootGuest(isYielding);
  });
  tests(there);
  it('the guest ends as it should', async () => {
    const code = await there().end();
    guest = undefined;
    expect(code).toBe(0);
  });
  afterAll(async () => {
    await guest?.end();
  });
}
