import type { AttemptCounter } from '../../core/base/ports.ts';
import { ATTEMPT_COUNTER_BYTES, ATTEMPT_COUNTER_RESERVE_BYTES, STORAGE_MARGIN_BYTES } from '../limits.ts';

/** Followed by a number from 0. */
const FILE = 'marks';

/**
 * Marks in the microcontroller's Storage: files of one length, filled byte by byte, a new one when the last is full.
 * A mark is one byte in erased flash, so a power cut makes it or does not. Nothing is ever rewritten, and no file is
 * begun that could make Storage compact, for a power cut in that loses everything. Where there is no room for one,
 * `add` says true and the count stands still until the fob is flashed anew: from then on PINs are counted in the vault
 * alone (docs/threat-model.md).
 */
export class StorageAttemptCounter implements AttemptCounter {
  private readonly storage: DeviceStorage;

  constructor() {
    this.storage = require('Storage');
  }

  count(): number {
    for (let file = 0; ; file++) {
      const marks = this.storage.read(FILE + file);
      const end = marks ? marks.indexOf('\xff') : 0;
      if (end >= 0) return file * ATTEMPT_COUNTER_BYTES + end;
    }
  }

  add(): boolean {
    const count = this.count();
    const at = count % ATTEMPT_COUNTER_BYTES;
    const file = FILE + (count - at) / ATTEMPT_COUNTER_BYTES;
    // The first file comes before pairings: without one no PIN is counted twice at all.
    const room = ATTEMPT_COUNTER_BYTES + (count ? ATTEMPT_COUNTER_RESERVE_BYTES : STORAGE_MARGIN_BYTES);
    if (!this.storage.read(file) && this.storage.getFree() < room) return true;
    try {
      this.storage.write(file, '\0', at, ATTEMPT_COUNTER_BYTES);
    } catch {
      return false;
    }
    return this.count() > count;
  }
}
