import type { Randomness } from '../base/randomness.ts';
import type { Due, Scheduler } from '../base/time.ts';
import { bounces, stuckUs } from '../faults/buttons.ts';
import { FaultDraw } from '../faults/draw.ts';

/**
 * The keys of the case: contacts that bounce for a few milliseconds when they close and open, controlled by the seed.
 */
export class FobKeys {
  readonly #pins: readonly string[];
  readonly #scheduler: Scheduler;
  readonly #randomness: Randomness;
  readonly #edge: (pin: string, level: boolean) => void;
  readonly #levels = new Map<string, boolean>();
  readonly #bounces = new Map<string, Due[]>();
  readonly #faults: FaultDraw;
  /** Pressed keys whose contact did not close. */
  readonly #deaf = new Set<string>();
  /** Released keys whose contact has yet to open. */
  readonly #stuck = new Map<string, Due>();

  constructor(options: {
    pins: readonly string[];
    scheduler: Scheduler;
    randomness: Randomness;
    edge(pin: string, level: boolean): void;
    faults?: FaultDraw;
  }) {
    this.#faults = options.faults ?? new FaultDraw(0);
    this.#pins = options.pins;
    this.#scheduler = options.scheduler;
    this.#randomness = options.randomness;
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
    if (down) this.#press(pin);
    else this.#release(pin);
  }

  #press(pin: string): void {
    this.#scheduler.cancel(this.#stuck.get(pin));
    this.#stuck.delete(pin);
    if (this.#faults.strikes('buttons.deaf')) this.#deaf.add(pin);
    else this.#move(pin, true);
  }

  #release(pin: string): void {
    if (this.#deaf.delete(pin)) return;
    const stuck = this.#faults.strikes('buttons.stuck');
    if (!stuck) this.#move(pin, false);
    else
      this.#stuck.set(
        pin,
        this.#later(stuckUs(stuck), () => this.#move(pin, false)),
      );
  }

  /** Schedules a move of a contact, which happens without power as well. */
  #later(us: number, action: () => void): Due {
    return this.#scheduler.at(this.#scheduler.nowUs + us, action, true);
  }

  /** Closes or opens a contact, which bounces. */
  #move(pin: string, down: boolean): void {
    for (const due of this.#bounces.get(pin) ?? []) this.#scheduler.cancel(due);
    this.#change(pin, down);
    const worn = this.#faults.strikes('buttons.bounce');
    const times = bounces(worn ?? this.#randomness, worn !== undefined);
    this.#bounces.set(
      pin,
      times.map((us, index) => this.#later(us, () => this.#change(pin, index % 2 === 0 ? !down : down))),
    );
  }

  #change(pin: string, level: boolean): void {
    if (this.level(pin) === level) return;
    this.#levels.set(pin, level);
    this.#edge(pin, level);
  }
}
