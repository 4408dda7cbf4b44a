import type { AttemptCounter } from '../../core/base/ports.ts';
import { ATTEMPT_COUNTER_BYTES, ATTEMPT_COUNTER_RESERVE_BYTES, STORAGE_MARGIN_BYTES } from '../limits.ts';

/** The files are numbered from 0. */
const FILE = 'marks';

/**
 * The PIN attempt counter in the microcontroller's Storage: files of one length, filled byte by byte, a new one when
 * the last is full. An attempt is one byte written into erased flash, so a power cut leaves it either written or not.
 * Nothing is rewritten, and no file is started that could make Storage compact, because a power cut during compaction
 * loses everything. If there is no room for a file, `add` returns true and the count stands still until the fob is
 * flashed again. From then on only the vault counts PIN attempts (docs/threat-model.md).
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
    // The first file takes precedence over pairings: without it no PIN attempt is counted in a second place.
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
