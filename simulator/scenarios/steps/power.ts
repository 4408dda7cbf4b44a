import { OPERATIONS_AHEAD_MAX, SIMULATED_MS_MAX, SUPPLY_VOLTS_MAX } from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import { byKind, choice, duration, instant, map, nothing, number, required } from '../base/shapes.ts';
import { step } from '../base/step.ts';

/** Steps of time, supply and cable. */
export const powerSteps = [
  step('advance', 'let time pass', duration(SIMULATED_MS_MAX), (world, ms) => world.advance(ms)),
  step('advance to', 'let time pass until this moment', instant, (world, ms) => {
    const ahead = ms - world.fob.now();
    if (ahead < 0) throw new StepFailed(`It is ${new Date(world.fob.now()).toISOString()} already.`);
    return world.advance(ahead);
  }),
  step(
    'cut power',
    'take the supply away, now or during one of the next writes to the memories',
    byKind({
      nothing,
      map: map({
        'at operation': required(
          number(1, OPERATIONS_AHEAD_MAX),
          'number of the write from now on, 1 for the next; it is torn',
        ),
      }),
    }),
    (world, given) => {
      if (given === null) world.fob.cutPower();
      else world.fob.cutPowerAtOperation(given['at operation']);
    },
  ),
  step('power on', 'give the supply back', nothing, world => world.fob.powerOn()),
  step('expect power', 'the fob has power, or has none', choice('on', 'off'), (world, wanted) => {
    const found = world.fob.powered ? 'on' : 'off';
    if (found !== wanted) throw new StepFailed(`The power is ${found}.`);
  }),
  step('plug in', 'plug the USB cable in', nothing, world => world.fob.setUsb(true)),
  step('unplug', 'unplug the USB cable; the battery takes over', nothing, world => world.fob.setUsb(false)),
  step(
    'set supply',
    'set the supply that the board measures, in volts',
    number(0, SUPPLY_VOLTS_MAX, { isWhole: false }),
    (world, volts) => world.fob.setSupply(volts),
  ),
  step('expect asleep', 'the processor is in deep sleep', nothing, world => {
    if (!world.fob.sleeping) throw new StepFailed('The processor is awake.', { shown: world.screen() });
  }),
  step('expect awake', 'the processor is not in deep sleep', nothing, world => {
    if (world.fob.sleeping) throw new StepFailed('The processor is asleep.');
  }),
  step('lose time', 'the battery of the clock dies with the power off', nothing, world =>
    world.fob.loseTime(),
  ),
];
