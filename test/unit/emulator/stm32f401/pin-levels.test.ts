import { type PinStates, wireLevels } from '@passfob/emulator/stm32f401/pin-levels';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const pins = fc.nat(0xffff);
const someStates = fc.record({
  ...{ driven: pins, levels: pins, openDrain: pins, pulledUp: pins, pulledDown: pins },
  ...{ outside: pins, outsideLevels: pins },
});

/** One pin, by the order of those who determine its level. */
function levelOf(states: PinStates, before: number, pin: number): boolean {
  const has = (mask: number) => ((mask >> pin) & 1) === 1;
  if (has(states.driven) && !has(states.levels)) return false;
  if (has(states.driven) && !has(states.openDrain)) return true;
  if (has(states.outside)) return has(states.outsideLevels);
  if (has(states.pulledUp)) return true;
  if (has(states.pulledDown)) return false;
  return has(before);
}

it('the wires of a port have the level of the chip, else of the outside, else of their pull, else the last one', () => {
  fc.assert(
    // PUPDR has one pull or none for a pin (RM0368 §8.4.4).
    fc.property(someStates, pins, (drawn, before) => {
      const states = { ...drawn, pulledDown: drawn.pulledDown & ~drawn.pulledUp };
      const levels = wireLevels(states, before);
      for (let pin = 0; pin < 16; pin += 1)
        expect(((levels >> pin) & 1) === 1, `pin ${pin}`).toBe(levelOf(states, before, pin));
      expect(levels >>> 16).toBe(0);
    }),
  );
});
