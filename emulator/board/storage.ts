import { Flash, type Operations, type Region } from '@passfob/simulator/for-emulator';
import type { ChipMemory } from './kinds.ts';

/**
 * Returns the part of a chip's flash that is Storage, to look at its files, to put files there as a factory does, and
 * to count its wear. The firmware itself writes by the flash controller.
 * @param flash the whole flash of the chip
 */
export function storageOf({ storage }: ChipMemory, flash: Region, operations: Operations): Flash {
  return new Flash({
    memory: flash.part(storage.at, storage.bytes),
    pageBytes: storage.pageBytes,
    operations,
    spend: () => {},
    violations: [],
  });
}
