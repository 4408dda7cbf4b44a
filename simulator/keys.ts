import { BOUNCE_MAX_PAIRS, BOUNCE_MAX_US } from './base/limits.ts';
import type { Randomness } from './base/randomness.ts';
import type { Due, Scheduler } from './base/time.ts';

/**
 * The keys of the case: contacts that bounce for a few milliseconds when they close and open, controlled by the seed.
 */
export class FobKeys {
  readonly #pins: readonly string[];
  readonly #scheduler: Scheduler;
  readonly #chance: Randomness;
  readonly #edge: (pin: string, level: boolean) => void;
  readonly #levels = new Map<string, boolean>();
  readonly #bounces = new Map<string, Due[]>();

  constructor(options: {
    pins: readonly string[];
    scheduler: Scheduler;
    randomness: Randomness;
    edge(pin: string, level: boolean): void;
  }) {
    this.#pins = options.pins;
    this.#scheduler = options.scheduler;
    this.#chance = options.randomness;
    this.#edge = options.edge;
  }

  get count(): number {
    return this.#pins.length;
  }

  level(pin: string): boolean {
    return this.#levels.get(pin) ?? false;
  }

  /** Throws if there is no such key. */
  set(key: number, down: boolean): void {
    const pin = this.#pins[key];
    if (pin === undefined) {
      throw new Error(
        this.count === 0 ? 'this board has no keys' : `there is no key ${key}: this board has ${this.count}`,
      );
    }
    for (const due of this.#bounces.get(pin) ?? []) this.#scheduler.cancel(due);
    this.#change(pin, down);
    const pairs = this.#chance.below(BOUNCE_MAX_PAIRS + 1);
    const times = Array.from({ length: pairs * 2 }, () => 1 + this.#chance.below(BOUNCE_MAX_US));
    times.sort((a, b) => a - b);
    this.#bounces.set(
      pin,
      times.map((us, index) =>
        this.#scheduler.at(this.#scheduler.nowUs + us, () =>
          this.#change(pin, index % 2 === 0 ? !down : down),
        ),
      ),
    );
  }

  #change(pin: string, level: boolean): void {
    if (this.level(pin) === level) return;
    this.#levels.set(pin, level);
    this.#edge(pin, level);
  }
}
