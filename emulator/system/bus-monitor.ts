import type { Bus } from '../core/bus.ts';

/** Thrown out of an instruction that a trial must not execute. */
export class TrialEnded extends Error {}

/**
 * A bus that notices accesses with effects. An access is steady if it may be repeated or left out and nothing outside the
 * processor's own memory changes: the read of a counter, say.
 */
export class BusMonitor implements Bus {
  readonly #bus: Bus;
  readonly #isSteadyRead: (address: number) => boolean;
  /** Whether there was an access with effects since this was set to false. */
  hasEffects = false;
  /** While true, an access with effects does not happen, and throws TrialEnded. */
  isTrial = false;

  /** @param isSteadyRead whether a read of any part of the word at this address, a multiple of four, is steady */
  constructor(bus: Bus, isSteadyRead: (address: number) => boolean) {
    this.#bus = bus;
    this.#isSteadyRead = isSteadyRead;
  }

  /** Takes note of an effect that is no access to the bus. */
  note(): void {
    if (this.isTrial) throw new TrialEnded();
    this.hasEffects = true;
  }

  read(address: number, bytes: number): number {
    if (!this.hasEffects && !this.#isSteadyRead((address & ~3) >>> 0)) this.note();
    return this.#bus.read(address, bytes);
  }

  write(address: number, value: number, bytes: number): void {
    if (!this.hasEffects) this.note();
    this.#bus.write(address, value, bytes);
  }
}
