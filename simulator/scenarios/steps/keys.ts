import {
  DEAF_MS,
  HOLD_MS,
  KEY_MS_MAX,
  PRESS_MS,
  PRESSES_MAX,
  PRESSES_UNTIL_MAX,
  SYMBOLS_MAX,
  TAKE_MS,
  WHEEL_PRESSES_MAX,
} from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import {
  byKind,
  choice,
  duration,
  field,
  map,
  nothing,
  number,
  required,
  text,
  written,
} from '../base/shapes.ts';
import { step } from '../base/step.ts';
import type { World } from '../base/world.ts';
import { screenHas } from './screen-match.ts';

/** Keys by their number. A watch has touches behind its button. */
const KEYS = ['button', 'lower half', 'upper half', 'swipe right'];

const key = written(`a key: ${KEYS.join(', ')} (the last three on a watch)`, { enum: KEYS }, value =>
  KEYS.indexOf(value) >= 0 ? KEYS.indexOf(value) : undefined,
);

function checked(world: World, which: number | undefined): number {
  const found = which ?? 0;
  if (found >= world.fob.keys) throw new StepFailed(`The board ${world.fob.board} has no "${KEYS[found]}".`);
  return found;
}

const pressing = map({
  key: field(key, 'which key'),
  for: field(duration(KEY_MS_MAX), 'how long it is down; default: 100 ms'),
  times: field(number(1, PRESSES_MAX), 'how often; default: once'),
});

async function press(world: World, which: number | undefined, heldMs = PRESS_MS, times = 1): Promise<void> {
  for (let presses = 0; presses < times; presses++) await world.press(checked(world, which), heldMs);
}

const until = map({
  screen: required(text('a text'), 'text to look for'),
  key: field(key, 'which key; default: the one that moves on'),
});

async function pressUntil(world: World, wanted: string, which = world.nextKey): Promise<void> {
  for (let presses = 0; presses < PRESSES_UNTIL_MAX; presses++) {
    if (screenHas(world, wanted)) return;
    await world.press(checked(world, which), PRESS_MS);
  }
  throw new StepFailed(`The screen did not show this text after ${PRESSES_UNTIL_MAX} presses.`, {
    expected: [wanted],
    shown: world.screen(),
  });
}

/** Turns the wheel to each symbol and takes it. The first line is the title. */
async function enter(world: World, symbols: string): Promise<void> {
  for (const symbol of [...symbols, 'ok']) {
    const isShown = () => world.screen().slice(1).includes(symbol);
    for (let turns = 0; turns < WHEEL_PRESSES_MAX && !isShown(); turns++)
      await world.press(world.nextKey, PRESS_MS);
    if (!isShown())
      throw new StepFailed(`The wheel does not come to "${symbol}".`, { shown: world.screen() });
    await world.press(0, TAKE_MS);
  }
}

/** Steps of the hand at the fob. */
export const keySteps = [
  step(
    'press',
    'press a key for a moment; without a value the button',
    byKind({ nothing, value: key, map: pressing }),
    (world, given) =>
      given === null || typeof given === 'number'
        ? press(world, given ?? undefined)
        : press(world, given.key, given.for, given.times),
  ),
  step(
    'hold',
    'hold a key; without a value the button for 1.2 s, which approves',
    byKind({
      nothing,
      value: duration(KEY_MS_MAX),
      map: map({
        key: field(key, 'which key'),
        for: field(duration(KEY_MS_MAX), 'how long; default: 1.2 s'),
      }),
    }),
    (world, given) =>
      given === null || typeof given === 'number'
        ? press(world, 0, given ?? HOLD_MS)
        : press(world, given.key, given.for ?? HOLD_MS),
  ),
  step('approve', 'read a question, then hold the button: yes', nothing, async world => {
    await world.advance(DEAF_MS);
    await press(world, 0, HOLD_MS);
  }),
  step('decline', 'read a question, then press the button: no', nothing, async world => {
    await world.advance(DEAF_MS);
    await press(world, 0);
  }),
  step('key down', 'push a key down and leave it down', byKind({ nothing, value: key }), (world, which) =>
    world.fob.keyDown(checked(world, which ?? undefined)),
  ),
  step('key up', 'release a key', byKind({ nothing, value: key }), (world, which) =>
    world.fob.keyUp(checked(world, which ?? undefined)),
  ),
  step(
    'press until',
    'press until the screen has this text',
    byKind({ value: text('a text'), map: until }),
    (world, given) =>
      typeof given === 'string' ? pressUntil(world, given) : pressUntil(world, given.screen, given.key),
  ),
  step(
    'enter',
    'enter a PIN or a question on the wheel, then take its "ok"',
    written(`1 to ${SYMBOLS_MAX} digits 0-9 or letters a-f`, { type: ['string', 'integer'] }, value =>
      new RegExp(`^[0-9a-f]{1,${SYMBOLS_MAX}}$`).test(value) ? value : undefined,
    ),
    enter,
  ),
  step(
    'move wrist',
    'move the wrist that wears the watch',
    choice('twist', 'faceUp', 'tap', 'doubleTap'),
    (world, movement) => world.fob.moveWrist(movement),
  ),
];
