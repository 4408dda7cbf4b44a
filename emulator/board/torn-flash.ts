import type { Randomness } from '@passfob/simulator/for-emulator';
import type { FlashOperation } from '../stm32f401/flash-controller.ts';

const ERASED = 0xff;

/**
 * Lets an operation of the flash fail half-way, by the rules of the other boards' flash (parts/flash.ts). Programming:
 * nothing, all, or its first bytes. Erasing: nothing, all, or each byte of the sector is old or erased.
 * @param flash its bytes, from the address of the flash on
 * @param at where the operation begins in `flash`
 */
export function tearOperation(
  operation: FlashOperation,
  flash: Uint8Array,
  at: number,
  tear: Randomness,
): void {
  const { bytes, kind, apply } = operation;
  const how = tear.below(4);
  if (how === 0) return;
  const before = flash.slice(at, at + bytes);
  apply();
  if (how === 1) return;
  if (kind === 'program') {
    const kept = tear.below(bytes + 1);
    flash.set(before.subarray(kept), at + kept);
    return;
  }
  for (let index = 0; index < bytes; index++) {
    if (tear.below(2) === 1) flash[at + index] = before[index] ?? ERASED;
  }
}
