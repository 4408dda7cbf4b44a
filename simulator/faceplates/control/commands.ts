import { oddsOf } from '../../faults/draw.ts';
import { plannedFaults, planText } from '../../faults/plan.ts';
import type { Front } from '../../ports/front.ts';
import { type ControlCommand, command } from './command.ts';
import { developerCommands } from './developer-commands.ts';
import { BadRequest, faultPlan, keyNumber, oneOf, wholeNumber } from './fields.ts';
import {
  MAX_ADVANCE_MS,
  MAX_CONSOLE_CHARS,
  MAX_OPERATIONS_AHEAD,
  MAX_PRESS_MS,
  SHORT_PRESS_MS,
} from './limits.ts';
import { press } from './press.ts';
import { screenState } from './screen-feed.ts';
import { screenResult } from './screen-result.ts';
import type { ControlTarget } from './target.ts';

/** Applies `change` to every front, in the order in which they were given. */
async function eachFront(target: ControlTarget, change: (front: Front) => Promise<void>): Promise<undefined> {
  if (target.fronts.length === 0) throw new BadRequest('nothing is plugged in');
  for (const front of target.fronts) await change(front);
}

/** Every request of the control protocol, by the name in its field `do`. */
export const commands: Readonly<Record<string, ControlCommand>> = {
  press: command(
    { key: keyNumber, heldMs: wholeNumber(1, MAX_PRESS_MS, SHORT_PRESS_MS) },
    async ({ target, heldKeys }, { key, heldMs }) => {
      if (heldKeys.has(key)) throw new BadRequest('this key is down already');
      heldKeys.add(key);
      try {
        await press(target, key, heldMs);
      } finally {
        heldKeys.delete(key);
      }
      return undefined;
    },
  ),
  keyDown: command({ key: keyNumber }, ({ target, heldKeys }, { key }) => {
    if (heldKeys.has(key)) throw new BadRequest('this key is down already');
    target.fob.keyDown(key);
    heldKeys.add(key);
    return undefined;
  }),
  keyUp: command({ key: keyNumber }, ({ target, heldKeys }, { key }) => {
    if (!heldKeys.delete(key)) throw new BadRequest('this key is not down');
    target.fob.keyUp(key);
    return undefined;
  }),
  moveWrist: command(
    { movement: oneOf('twist', 'faceUp', 'tap', 'doubleTap') },
    ({ target }, { movement }) => {
      if (target.fob.board !== 'banglejs2') throw new BadRequest('nobody wears this board');
      target.fob.moveWrist(movement);
      return undefined;
    },
  ),
  screen: command({ bitmap: oneOf('rows', 'pbm', 'none') }, ({ target }, { bitmap }) =>
    screenResult(screenState(target.fob), bitmap),
  ),
  subscribe: command({ bitmap: oneOf('none', 'rows', 'pbm') }, (connection, { bitmap }) => {
    connection.subscribe(bitmap);
    return undefined;
  }),
  unsubscribe: command({}, connection => {
    connection.subscribe(undefined);
    return undefined;
  }),
  now: command({}, ({ target }) => ({ now: target.fob.now() })),
  advance: command({ ms: wholeNumber(0, MAX_ADVANCE_MS) }, ({ target }, { ms }) => {
    if (target.clock === 'real') throw new BadRequest('time is real here: it cannot be advanced');
    target.fob.advance(ms);
    return { now: target.fob.now() };
  }),
  powerOn: command({}, ({ target }) => {
    if (target.fob.powered) throw new BadRequest('the power is on already');
    target.fob.powerOn();
    return undefined;
  }),
  cutPower: command({}, ({ target }) => {
    if (!target.fob.powered) throw new BadRequest('the power is off already');
    target.fob.cutPower();
    return undefined;
  }),
  cutPowerAtOperation: command({ n: wholeNumber(1, MAX_OPERATIONS_AHEAD) }, ({ target }, { n }) => {
    target.fob.cutPowerAtOperation(n);
    return { operations: target.fob.operations };
  }),
  operations: command({}, ({ target }) => ({ operations: target.fob.operations })),
  loseTime: command({}, ({ target }) => {
    if (target.fob.powered) throw new BadRequest('the clock is fed while the power is on: cut it first');
    target.fob.loseTime();
    return undefined;
  }),
  faults: command({ set: faultPlan }, ({ target }, { set }) => {
    if (set !== undefined) target.fob.setFaults(set);
    const { plan, seed, counts } = target.fob.faults();
    const entries = plannedFaults(plan).map(name => [name, { oneIn: oddsOf(plan, name), ...counts[name] }]);
    return { seed, plan: planText(plan), faults: Object.fromEntries(entries) };
  }),
  console: command({}, ({ target }) => ({ console: target.fob.consoleText().slice(-MAX_CONSOLE_CHARS) })),
  unplug: command({}, ({ target }) => eachFront(target, front => front.unplug())),
  replug: command({}, ({ target }) => eachFront(target, front => front.replug())),
  quit: command({}, ({ target }) => {
    target.quit();
    return undefined;
  }),
  ...developerCommands,
};
