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
  readonly #edge: (pin: string, down: boolean, atUs: number) => void;
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
    edge(pin: string, down: boolean, atUs: number): void;
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

  /**
   * @param atUs when the person moves it
   * @throws if there is no such key
   */
  set(key: number, down: boolean, atUs: number): void {
    const pin = this.#pins[key];
    if (pin === undefined) {
      throw new Error(
        this.count === 0 ? 'this board has no keys' : `there is no key ${key}: this board has ${this.count}`,
      );
    }
    if (down) this.#press(pin, atUs);
    else this.#release(pin, atUs);
  }

  #press(pin: string, atUs: number): void {
    this.#scheduler.cancel(this.#stuck.get(pin));
    this.#stuck.delete(pin);
    if (this.#faults.strikes('buttons.deaf')) this.#deaf.add(pin);
    else this.#move(pin, true, atUs);
  }

  #release(pin: string, atUs: number): void {
    if (this.#deaf.delete(pin)) return;
    const stuck = this.#faults.strikes('buttons.stuck');
    if (!stuck) this.#move(pin, false, atUs);
    else
      this.#stuck.set(
        pin,
        this.#later(atUs + stuckUs(stuck), dueUs => this.#move(pin, false, dueUs)),
      );
  }

  /** Schedules a move of a contact, which happens without power as well. */
  #later(dueUs: number, action: (dueUs: number) => void): Due {
    return this.#scheduler.at(dueUs, action, true);
  }

  /** Closes or opens a contact, which bounces. */
  #move(pin: string, down: boolean, atUs: number): void {
    for (const due of this.#bounces.get(pin) ?? []) this.#scheduler.cancel(due);
    this.#change(pin, down, atUs);
    const worn = this.#faults.strikes('buttons.bounce');
    const times = bounces(worn ?? this.#randomness, worn !== undefined);
    this.#bounces.set(
      pin,
      times.map((us, index) =>
        this.#later(atUs + us, dueUs => this.#change(pin, index % 2 === 0 ? !down : down, dueUs)),
      ),
    );
  }

  #change(pin: string, level: boolean, atUs: number): void {
    if (this.level(pin) === level) return;
    this.#levels.set(pin, level);
    this.#edge(pin, level, atUs);
  }
}
