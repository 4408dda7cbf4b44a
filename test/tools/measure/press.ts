import { expect } from 'vitest';
import { type Cost, Counted } from './callgrind.ts';
import { START_UTC } from './enrol.ts';

/** Instructions of one way to a passcode. */
export interface PressCost {
  /** Instructions from the key going down, which may become a hold. */
  readonly keyDown: number;
  /** Instructions from the end of the hold or press to the passcode, ready to draw. */
  readonly press: number;
  /** Both, and everything since the account came under the cursor, without drawing. */
  readonly sinceList: number;
  readonly drawingList: number;
  readonly drawingCode: number;
}

const CODE = /^\d{3} \d{3}$/m;
/** Of `Fob.key`. */
const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_PREVIOUS = 2;
const KEY_BACK = 3;
const SHORT_MS = 100;
const HOLD_MS = 600;

/** How the person requests the passcode, and from which place in the list. */
interface Way {
  readonly place: number;
  /** One key: a hold. Four: a short press. */
  readonly keys: 1 | 4;
  /** Seconds between the list and the key. */
  readonly waits: number;
}

/** A person with the bench in the hand, in its own time. */
class Hand {
  private readonly fob: Counted;
  private ms = 0;

  constructor(fob: Counted) {
    this.fob = fob;
  }

  order(order: Record<string, unknown> = {}): Promise<Cost> {
    return this.fob.order({ ms: this.ms, utc: START_UTC + this.ms / 1000, ...order });
  }

  pass(ms: number): void {
    this.ms += ms;
  }

  /** Returns the cost of the key's two edges. */
  async press(key: number, keys: number): Promise<[down: Cost, up: Cost]> {
    const down = await this.order({ down: true, key, keys });
    this.pass(SHORT_MS);
    const up = await this.order({ down: false, key });
    this.pass(1000);
    return [down, up];
  }

  /** Goes to a place in the list. */
  async goTo(place: number): Promise<void> {
    await this.press(KEY_BACK, 4);
    for (;;) {
      const shown = (await this.order()).answer.screen.join(' ');
      const [, at, count] = /(\d+)\/(\d+)/.exec(shown) ?? [];
      if (at === undefined) throw new Error(`this is not the list: ${shown}`);
      const ahead = (place - Number(at) + Number(count)) % Number(count);
      if (ahead === 0) return;
      await this.press(ahead <= Number(count) / 2 ? KEY_NEXT : KEY_PREVIOUS, 4);
    }
  }

  /** Advances to the beginning of a time step. */
  toNewStep(): void {
    this.ms = Math.ceil(this.ms / 30_000) * 30_000;
  }
}

/** The account comes under the cursor by a step from the place before it; earlier work is not counted. */
async function measureWay(hand: Hand, { place, keys, waits }: Way): Promise<PressCost> {
  hand.toNewStep();
  await hand.goTo(place - 1);
  const [down, up] = await hand.press(keys > 1 ? KEY_NEXT : KEY_MAIN, keys);
  const step = keys > 1 ? down : up;
  expect(step.answer.screen.join(' ')).toContain(`${place}/`);
  const idle = await hand.order();
  expect(idle.drawing).toBe(0);
  hand.pass(waits * 1000);
  const begun = await hand.order({ down: true, key: KEY_MAIN });
  hand.pass(keys > 1 ? SHORT_MS : HOLD_MS);
  const done = await hand.order(keys > 1 ? { down: false, key: KEY_MAIN } : {});
  expect(done.answer.screen.join('\n')).toMatch(CODE);
  if (keys === 1) await hand.order({ down: false, key: KEY_MAIN });
  const press = done.before;
  return {
    keyDown: begun.core,
    press,
    sinceList: step.core + begun.core + press,
    drawingList: step.drawing,
    drawingCode: done.drawing,
  };
}

const WAYS = {
  totpHold: { place: 2, keys: 1, waits: 0 },
  totpPress: { place: 2, keys: 4, waits: 0 },
  totpHoldInNewStep: { place: 2, keys: 1, waits: 28 },
  totpPressInNewStep: { place: 2, keys: 4, waits: 28 },
  hotpHold: { place: 3, keys: 1, waits: 0 },
} as const satisfies Record<string, Way>;

/** Returns the code of authentiwatch that makes a passcode, from its application file, and the call to it. */
export function authentiwatchOf(app: string): { script: string; expression: string } {
  const between = (from: string, to: string) => app.slice(app.indexOf(from), app.indexOf(to));
  const hashes = between('// Hash functions', '// sample settings');
  const functions = between('function b32decode', '// Tokens are displayed');
  const token = '{algorithm:"SHA1",digits:6,period:30,secret:"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}';
  return { script: `${hashes}${functions}var token=${token};`, expression: 'hotp(token)' };
}

/** Measures every way, on the bench image with 32 accounts in one process. */
export async function measurePresses(
  valgrind: string,
  binary: string,
  folder: string,
): Promise<Record<keyof typeof WAYS, PressCost>> {
  const fob = new Counted(valgrind, binary, folder);
  await fob.start();
  const hand = new Hand(fob);
  await hand.order();
  const costs: Partial<Record<keyof typeof WAYS, PressCost>> = {};
  for (const name of Object.keys(WAYS) as (keyof typeof WAYS)[])
    costs[name] = await measureWay(hand, WAYS[name]);
  await fob.quit();
  return costs as Record<keyof typeof WAYS, PressCost>;
}
