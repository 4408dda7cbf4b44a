import { BROWNOUT_MAX_US, POWER_BACK_MAX_US, POWER_BACK_MIN_US } from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import type { Due, Scheduler } from '../base/time.ts';
import type { FaultDraw } from './draw.ts';

interface SupplyOptions {
  readonly scheduler: Scheduler;
  readonly faults: FaultDraw;
  /** Takes the power of a board. */
  lose(): void;
  /** Gives it back. */
  restore(): void;
}

/** The supply of a board that fails by a plan of faults, and then comes back by itself. */
export class UnsteadySupply {
  readonly #options: SupplyOptions;
  #returning: Due | undefined;

  constructor(options: SupplyOptions) {
    this.#options = options;
  }

  /** A person switches it: it no longer comes back by itself. */
  takeOver(): void {
    this.#options.scheduler.cancel(this.#returning);
  }

  /** The board starts, and may lose its power again soon. */
  started(): void {
    const { scheduler, faults, lose } = this.#options;
    const fault = faults.strikes('power.brownout');
    if (!fault) return;
    scheduler.at(scheduler.nowUs + brownoutUs(fault), () => {
      lose();
      this.returnLater(fault);
    });
  }

  /** After a failure. */
  returnLater(fault: Randomness): void {
    const { scheduler, restore } = this.#options;
    this.#returning = scheduler.at(scheduler.nowUs + powerBackUs(fault), restore, true);
  }
}

/** Returns after how many µs a start is over again. */
function brownoutUs(randomness: Randomness): number {
  return 1000 + randomness.below(BROWNOUT_MAX_US);
}

/** Returns after how many µs the supply is back. */
function powerBackUs(randomness: Randomness): number {
  return POWER_BACK_MIN_US + randomness.below(POWER_BACK_MAX_US - POWER_BACK_MIN_US);
}
