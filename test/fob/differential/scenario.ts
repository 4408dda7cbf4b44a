import { COMMANDS, type CommandName } from '@passfob/protocol/commands';
import { Randomness } from '../../unit/wire/kit/randomness.ts';
import { Computer } from './computer.ts';
import type { Recorder } from './recorder.ts';

const NAMES = Object.keys(COMMANDS) as CommandName[];
const SEALED = NAMES.filter(name => COMMANDS[name][2] === 1);
const CLEAR = NAMES.filter(name => COMMANDS[name][2] === 0);
/** Commands that ask the person, as `ASKING` of the host's client. */
const ASKING: readonly CommandName[] = ['code', 'respond', 'resetPin', 'setClock', 'erase', 'maintain'];
/** Commands that fill the list. */
const FILLING: readonly CommandName[] = ['put', 'put', 'enrol', 'putOcra'];

/** Of `Fob.key`. */
const KEYS = 4;
const DEAF_MS = 800;
const APPROVAL_MS = 1_200;
const HOLD_MS = 700;
const PRESS_MS = 100;
const ERASE_MS = 11_000;
const TURNS_MAX = 14;

interface Scene {
  readonly recorder: Recorder;
  readonly computer: Computer;
}

/** One step: everything in it follows from its seed and from what the fob answers and shows. */
interface Kind {
  readonly weight: number;
  run(scene: Scene, dice: Randomness): Promise<void>;
}

/** Returns a frame, or a text that was one, damaged in a way of a bad cable or of an attacker. */
function damaged(dice: Randomness, frame: string): string {
  const at = dice.below(frame.length + 1);
  const end = Math.min(frame.length, at + dice.below(dice.once(2) ? 4 : frame.length + 1));
  const [before, middle, after] = [frame.slice(0, at), frame.slice(at, end), frame.slice(end)];
  switch (dice.below(7)) {
    case 0:
      return before + after;
    case 1:
      return before + middle + middle + after;
    case 2:
      return before + dice.text(dice.below(12)) + after;
    case 3:
      return before + dice.pick([' ', '=', '~', '\n', '\t', '\r']).repeat(middle.length) + after;
    case 4:
      return before + dice.text(middle.length) + after;
    case 5:
      // The bits that padding leaves over.
      return frame.replace(/[A-Za-z0-9+/](?==)/, () => dice.pick('ABCDEFGHQghw01+/'));
    default: {
      const flipped = String.fromCharCode(frame.charCodeAt(at) ^ (1 << dice.below(8)) || 0);
      return before + flipped + frame.slice(at + 1);
    }
  }
}

/** Returns text that is no frame of an honest computer. */
function hostile(dice: Randomness, computer: Computer): string {
  const frames = [...computer.sent.slice(-6), ...computer.heard.slice(-3)];
  const draw = dice.below(10);
  if (frames.length === 0 || draw < 2) return dice.text(dice.below(dice.once(8) ? 1200 : 80));
  const frame = dice.pick(frames);
  // A replay or a reflection.
  if (draw < 4) return frame;
  if (draw < 5) return frame + dice.pick(frames);
  let text = frame;
  for (let count = dice.below(3); count >= 0; count--) text = damaged(dice, text);
  return text;
}

function someTime(dice: Randomness): number {
  return dice.pick([
    1 + dice.below(20),
    50 + dice.below(900),
    1_000 + dice.below(4_000),
    1_000 + dice.below(30_000),
    30_000,
    60_000 * (1 + dice.below(10)),
    3_600_000 * (1 + dice.below(30)),
    86_400_000 * (1 + dice.below(400)),
  ]);
}

/** Turns the wheel until it shows the symbol, and takes it. */
async function enterSymbol(recorder: Recorder, symbol: string): Promise<boolean> {
  for (let turns = 0; !recorder.screen.includes(symbol); turns++) {
    if (turns > TURNS_MAX) return false;
    await recorder.press(0, PRESS_MS);
  }
  await recorder.press(0, HOLD_MS);
  return true;
}

const KINDS = {
  press: {
    weight: 9,
    run: ({ recorder }, dice) =>
      recorder.press(
        dice.once(4) ? dice.below(KEYS) : 0,
        dice.pick([30, PRESS_MS, PRESS_MS, 400, 599, 600, HOLD_MS, HOLD_MS, APPROVAL_MS, ERASE_MS]),
      ),
  },
  presses: {
    weight: 3,
    async run({ recorder }, dice) {
      for (let count = 2 + dice.below(4); count > 0; count--) {
        await recorder.press(0, dice.once(3) ? HOLD_MS : PRESS_MS);
        if (dice.once(2)) await recorder.advance(1 + dice.below(1_500));
      }
    },
  },
  edge: {
    weight: 1,
    run: ({ recorder }, dice) => recorder.tell({ down: dice.once(2), key: dice.below(KEYS) }),
  },
  wait: { weight: 6, run: ({ recorder }, dice) => recorder.advance(someTime(dice)) },
  /** At the PIN's wheel it is a PIN, mostly the same; elsewhere presses and holds. */
  pin: {
    weight: 4,
    async run({ recorder }, dice) {
      const pin = dice.pick(['7294', '7294', '7294', '729431', '50816', '0000']);
      for (const symbol of [...pin, 'ok']) if (!(await enterSymbol(recorder, symbol))) break;
      await recorder.advance(50);
    },
  },
  cut: {
    weight: 1,
    async run({ recorder, computer }, dice) {
      if (dice.once(3)) await recorder.send(hostile(dice, computer));
      if (dice.once(5)) await recorder.tell({ lose: true });
      await recorder.cut();
      if (dice.once(2)) computer.forgetSession();
    },
  },
  supply: { weight: 1, run: ({ recorder }, dice) => recorder.tell({ battery: dice.below(102) - 1 }) },
  keys: { weight: 1, run: ({ recorder }, dice) => recorder.tell({ keys: dice.pick([1, 4]) }) },
  becomeOwner: { weight: 4, run: ({ computer }, dice) => computer.becomeOwner(dice) },
  openByCode: {
    weight: 1,
    async run({ computer }, dice) {
      await computer.openByCode(dice);
    },
  },
  open: { weight: 4, run: ({ computer }, dice) => computer.openByKey(dice) },
  fill: { weight: 6, run: ({ computer }, dice) => computer.ask(dice, dice.pick(FILLING)) },
  ask: { weight: 12, run: ({ computer }, dice) => computer.ask(dice, dice.pick(SEALED)) },
  /** A command that asks, the person's answer, and the command again, as a computer polls. */
  approve: {
    weight: 6,
    async run({ recorder, computer }, dice) {
      const name = dice.pick(ASKING);
      const values = computer.valuesOf(dice, name);
      await computer.ask(dice, name, values);
      await recorder.tell();
      await recorder.advance(dice.once(6) ? dice.below(DEAF_MS) : DEAF_MS);
      await recorder.press(
        0,
        dice.once(5) ? PRESS_MS : name === 'erase' && dice.once(2) ? ERASE_MS : APPROVAL_MS,
      );
      await computer.ask(dice, name, values);
    },
  },
  policy: { weight: 2, run: ({ computer }, dice) => computer.ask(dice, 'setPolicy') },
  clear: {
    weight: 3,
    async run({ computer }, dice) {
      const name = dice.once(4) ? dice.pick(NAMES) : dice.pick(CLEAR);
      await computer.askClear(dice, name, computer.valuesOf(dice, name));
    },
  },
  hostile: {
    weight: 5,
    async run({ recorder, computer }, dice) {
      await recorder.send(hostile(dice, computer));
      if (dice.once(2)) await recorder.send('\n');
    },
  },
  /** A frame in parts, with time or a key between them. */
  parts: {
    weight: 2,
    async run({ recorder, computer }, dice) {
      const frame = computer.sent.at(-1) ?? dice.text(40);
      const at = dice.below(frame.length);
      await recorder.send(frame.slice(0, at));
      await (dice.once(2) ? recorder.advance(someTime(dice)) : recorder.press(0, PRESS_MS));
      await recorder.send(dice.once(3) ? frame : frame.slice(at));
    },
  },
} satisfies Record<string, Kind>;

type KindName = keyof typeof KINDS;

/** One step of a scenario. It does not depend on the steps before it, so that any of them may be left out. */
export interface Step {
  readonly kind: KindName;
  readonly seed: number;
}

const WEIGHTED = (Object.keys(KINDS) as KindName[]).flatMap(kind =>
  Array.from({ length: KINDS[kind].weight }, () => kind),
);

/** Returns the steps of a seed. Most scenarios begin with an owner and accounts, since much needs them. */
export function stepsOf(seed: number, count: number): Step[] {
  const dice = new Randomness(seed);
  const beginning: KindName[] = dice.once(6)
    ? []
    : ['becomeOwner', 'fill', 'fill', ...(dice.once(2) ? (['policy'] as const) : [])];
  return Array.from({ length: count }, (_, i) => ({
    kind: beginning[i] ?? dice.pick(WEIGHTED),
    seed: dice.next(),
  }));
}

/** Runs steps on one side and writes them down. */
export async function play(steps: readonly Step[], recorder: Recorder): Promise<void> {
  const computer = new Computer(recorder);
  recorder.step('start');
  await recorder.endStep();
  for (const [i, { kind, seed }] of steps.entries()) {
    recorder.step(`${i + 1} ${kind} ${seed}`);
    await KINDS[kind].run({ recorder, computer }, new Randomness(seed));
    await recorder.endStep();
  }
}
