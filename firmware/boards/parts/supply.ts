import type { Power } from '../../core/base/ports.ts';
import { SUPPLY_EMPTY_VOLTS, SUPPLY_FULL_VOLTS } from '../limits.ts';

/** The supply that the microcontroller measures at itself: a battery's, once it is below what the regulator gives. */
export class Supply implements Power {
  battery(): number {
    const part = (E.getAnalogVRef() - SUPPLY_EMPTY_VOLTS) / (SUPPLY_FULL_VOLTS - SUPPLY_EMPTY_VOLTS);
    return Math.round(Math.max(0, Math.min(1, part)) * 100);
  }
}
