import { agentLimits } from '@passfob/service/base/limits/agents';
import { careLimits } from '@passfob/service/base/limits/care';
import { HoldSlots } from '@passfob/service/features/agents/hold-slots';
import { expect, it } from 'vitest';

/** Takes slots until there is none. @returns how many there were */
function takeAll(slots: HoldSlots, from: string): number {
  let taken = 0;
  while (slots.take(from)) taken++;
  return taken;
}

it('persons who are asked for a hold leave sessions to other fobs, behind one source and in all', () => {
  const slots = new HoldSlots();
  expect(takeAll(slots, 'a')).toBe(careLimits.holdsPerSource);
  expect(careLimits.holdsPerSource).toBeLessThan(agentLimits.agentProofsPerSource);
  expect(takeAll(slots, 'b')).toBe(careLimits.holdsAtOnce - careLimits.holdsPerSource);
  expect(careLimits.holdsAtOnce).toBeLessThan(agentLimits.agentProofsAtOnce);
  expect(takeAll(slots, 'c')).toBe(0);
  slots.give('a');
  expect(takeAll(slots, 'a')).toBe(1);
  slots.give('b');
  expect(takeAll(slots, 'c')).toBe(1);
});
