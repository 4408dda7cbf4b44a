import type { Power } from '../../core/base/ports.ts';
import { SUPPLY_EMPTY_VOLTS, SUPPLY_FULL_VOLTS } from '../limits.ts';

/**
 * The supply voltage that the microcontroller measures itself. It shows a battery's charge once it is below the
 * regulator's output.
 */
export class Supply implements Power {
  battery(): number {
    const part = (E.getAnalogVRef() - SUPPLY_EMPTY_VOLTS) / (SUPPLY_FULL_VOLTS - SUPPLY_EMPTY_VOLTS);
    return Math.round(Math.max(0, Math.min(1, part)) * 100);
  }
}
