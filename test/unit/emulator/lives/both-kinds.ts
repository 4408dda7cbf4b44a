import { createHash } from 'node:crypto';
import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import type { Request } from '@passfob/protocol/commands';
import type { BoardName } from '@passfob/simulator';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { isFobError, isRefusal, type SealedCommand } from 'passfob/client';
import { ascii, Owner } from '../../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../../fob/conformance/simulator-driver.ts';
import { type Birth, WRONG_PIN } from '../../../fob/simulation/kit/births.ts';
import type { MakeFob } from '../../../fob/simulation/kit/life.ts';
import { storeOf } from '../kit/board-memory.ts';

/** The fob in this process answers at once or, without power, never. */
const PATIENCE = { patience: { answerTimeoutMs: 15, sendsMax: 1 } };
const HOLD_MS = 700;
const DEAF_MS = 800;
const APPROVE_HOLD_MS = 1_200;
/** Work of a board does not count towards a hold. */
const TAKE_MS = 1_000;
const WHEEL_TURNS_MAX = 14;
/** Both clocks count whole seconds, and one side works longer than the other. */
const PERIOD_MS = 30_000;
const EDGE_MS = 3_000;
const WHEEL_SYMBOL = / (?:\d|ok|del|back) (?=Undo|Leave)/;
/** It depends on the moment of the answer. */
const TIME_LEFT = 'secondsLeft';
/** On the screen about the fob; one side imitates a version of its own. */
const ESPRUINO_VERSION = /\b2v\d\S*/;
const SECONDS_LEFT = /\b\d+ ?s\b/;

/** A fob of one kind and its owner, and what both did in a scenario. */
export class ScenarioSide {
  readonly driver: SimulatorDriver;
  readonly #owner: Owner;
  readonly #birth: Birth;
  #reports = 0;

  constructor(birth: Birth, seed: number, make: MakeFob, board: BoardName = 'pico') {
    this.#birth = birth;
    this.driver = new SimulatorDriver(
      {
        seed,
        storage: storeOf(birth.image),
        birth: new Uint8Array(),
        make: options => make({ ...options, crystal: false }),
      },
      board,
    );
    const chance = makeRandomness(seed, 'owner');
    const random = (length: number) => chance.bytes(length);
    this.#owner = Object.assign(new Owner(this.driver, { ...PATIENCE, random }), { key: birth.pairingKey });
  }

  get fob() {
    return this.driver.fob;
  }

  /** The reports of the keyboard since the last call. */
  typed(): string {
    const reports = this.fob.keyboard
      .slice(this.#reports)
      .map(({ bytes }) => Buffer.from(bytes).toString('hex'));
    this.#reports = this.fob.keyboard.length;
    return reports.join(' ');
  }

  /** What a person sees now. */
  seen(): string {
    const { on, text, bitmap } = this.fob.screen();
    // One side knows what was drawn as one string; the seconds that are left depend on the moment of the drawing.
    const plain = text.join(' ').replace(/ +/g, ' ');
    const lines = plain
      .replace(SECONDS_LEFT, '** s')
      .replace(WHEEL_SYMBOL, ' * ')
      .replace(ESPRUINO_VERSION, 'Espruino');
    const isSame = lines === plain;
    const pixels = isSame ? createHash('sha1').update(bitmap.pixels).digest('hex') : '';
    return on ? `${lines} ${pixels.slice(0, 8)}` : 'dark';
  }

  /** Runs a request; returns what came of it as text. */
  async asks<N extends SealedCommand>(name: N, request: Request<N>): Promise<string> {
    const onPressNeeded = () => {
      this.fob.advance(DEAF_MS);
      this.press(APPROVE_HOLD_MS);
      this.enters(this.#birth.pin ?? WRONG_PIN);
    };
    return this.#result(() =>
      this.#owner.client.call(name, request, { onPressNeeded, renew: async () => request }),
    );
  }

  opens(isHonest: boolean): Promise<string> {
    const key = isHonest ? this.#birth.pairingKey : new Uint8Array(32);
    return this.#result(() => Object.assign(this.#owner, { key }).open());
  }

  async #result(work: () => Promise<unknown>): Promise<string> {
    try {
      const answer = await work();
      const plain = (name: string, value: unknown) => {
        if (name === TIME_LEFT) return '**';
        return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
      };
      return JSON.stringify(answer, plain) ?? 'done';
    } catch (error) {
      if (!isRefusal(error) && !isFobError(error)) throw error;
      return `${error}`;
    }
  }

  /** The wheel begins at a random symbol, so that a press there is not the same on both sides. */
  get #isAtWheel(): boolean {
    return this.fob.screen().text.join(' ').includes('Hold:take');
  }

  press(ms: number): void {
    if (!this.#isAtWheel) this.fob.press(0, ms);
  }

  /** Enters a PIN where one is asked for. */
  enters(pin: string): void {
    if (!this.#isAtWheel) return;
    const isThere = (symbol: string) => this.fob.screen().text.includes(symbol);
    for (const symbol of [...pin, 'ok']) {
      for (let turns = 0; turns < WHEEL_TURNS_MAX && !isThere(symbol); turns++) this.fob.press();
      if (!isThere(symbol)) return;
      this.fob.press(0, TAKE_MS);
    }
  }
}

/** Acts on one side. Resolves to the result of a request as text. */
type Deed = (side: ScenarioSide) => unknown;

/** Deeds by name, each drawn for both sides alike. */
type Deeds = Readonly<Record<string, (chance: Randomness, birth: Birth) => Deed>>;

const BY_HAND: Deeds = {
  press: chance => {
    const ms = chance.pick([40, 100, 100, 400]);
    return side => side.press(ms);
  },
  hold: chance => {
    const ms = chance.pick([HOLD_MS, HOLD_MS, 1_200, 2_500]);
    return side => side.press(ms);
  },
  wait: chance => {
    const ms = chance.below(chance.pick([500, 3_000, 7_000]));
    return ({ fob }) => fob.advance(ms);
  },
  'wait on the battery': chance => {
    const ms = chance.below(chance.pick([20_000, 100_000, 4_000_000]));
    return ({ fob }) => {
      fob.setUsb(false);
      fob.advance(ms);
      fob.setUsb(true);
    };
  },
  cut: chance => {
    const losesTime = chance.below(4) === 0;
    return ({ fob }) => {
      fob.cutPower();
      if (losesTime) fob.loseTime();
      fob.powerOn();
    };
  },
  open: chance => {
    const isHonest = chance.below(5) > 0;
    return side => side.opens(isHonest);
  },
  PIN: (chance, { pin = '7302' }) => {
    const entered = chance.below(4) > 0 ? pin : WRONG_PIN;
    return side => side.enters(entered);
  },
};

const OVER_THE_LINK: Deeds = {
  put: chance => {
    const kind = chance.pick([KIND_HOTP, KIND_TOTP]);
    const id = Uint8Array.of(130 + chance.below(3), 0, 0, kind);
    const [secret, digits] = [chance.bytes(chance.pick([10, 20, 32, 64])), chance.pick([6, 7, 8, 9])];
    const [algorithm, counter] = [chance.pick([1, 1, 2, 3]), kind === KIND_HOTP ? chance.below(2 ** 31) : 0];
    const period = kind === KIND_TOTP ? chance.pick([30, 60]) : 0;
    const [issuer, label] = [
      ascii(chance.pick(['', 'Bank', 'W'.repeat(32)])),
      ascii(chance.pick(['a', 'user@example.org'])),
    ];
    return side => side.asks('put', { id, kind, algorithm, digits, period, counter, issuer, label, secret });
  },
  list: chance => {
    const index = chance.below(4);
    return side => side.asks('list', { index });
  },
  prove: (chance, { accounts }) => {
    const [id, nonce] = [someId(chance, accounts), chance.bytes(16)];
    return side => side.asks('prove', { id, nonce });
  },
  code: (chance, { accounts }) => {
    const id = someId(chance, accounts);
    return side => side.asks('code', { id });
  },
  rename: (chance, { accounts }) => {
    const [id, label] = [someId(chance, accounts), ascii(`named ${chance.below(10)}`)];
    return side => side.asks('rename', { id, issuer: ascii('New'), label });
  },
  move: (chance, { accounts }) => {
    const [id, place] = [someId(chance, accounts), chance.below(4)];
    return side => side.asks('move', { id, place });
  },
  remove: (chance, { accounts }) => {
    const id = someId(chance, accounts);
    return side => side.asks('remove', { id });
  },
  policy: chance => {
    const policy = {
      pinDigits: chance.pick([0, 0, 4]),
      attempts: chance.pick([3, 5, 40]),
      wipe: chance.below(2),
      lockSeconds: chance.pick([0, 10, 60]),
      asks: chance.pick([0, 0, 1, 7]),
      typing: chance.pick([0, 1, 3]),
    };
    return side => side.asks('setPolicy', policy);
  },
  info: () => side => side.asks('info', {}),
};

const DEEDS: Deeds = { ...BY_HAND, ...OVER_THE_LINK };
const NAMES = Object.keys(DEEDS) as [string, ...string[]];
/** Much of a scenario is spent with the button, and needs a session. */
const OFTEN = ['press', 'press', 'hold', 'hold', 'PIN', 'open', 'open'] as const;

function someId(chance: Randomness, accounts: Birth['accounts']): Uint8Array {
  return chance.below(6) === 0
    ? chance.bytes(4)
    : chance.pick(accounts as typeof accounts & [(typeof accounts)[0]]).id;
}

/** One step of a scenario: it depends on no other. */
export interface ScenarioStep {
  readonly name: string;
  readonly deed: Deed;
}

export function scenarioOf(seed: number, count: number, birth: Birth): readonly ScenarioStep[] {
  const chance = makeRandomness(seed, 'scenario');
  return Array.from({ length: count }, (_, index) => {
    const name = index === 0 ? 'open' : chance.pick([...OFTEN, ...NAMES]);
    return { name, deed: (DEEDS[name] ?? DEEDS.info)?.(chance, birth) ?? (() => {}) };
  });
}

/**
 * Brings both sides to the same moment.
 * @param aheadMs how far the time of codes is ahead, to get away from the edge of a time step; undefined: stay near it
 */
export function meet(sides: readonly ScenarioSide[], aheadMs?: number): void {
  const nowMs = Math.max(...sides.map(({ fob }) => fob.now()));
  const leftMs = aheadMs === undefined ? PERIOD_MS : PERIOD_MS - ((nowMs + aheadMs) % PERIOD_MS);
  let ms = nowMs + (leftMs < EDGE_MS ? leftMs + EDGE_MS : 0);
  // The virtual board works on for a moment, until it is at rest; then the other one follows.
  for (let passes = 0; passes < 2; passes++) {
    for (const { fob } of sides) if (fob.now() < ms) fob.advance(ms - fob.now());
    ms = Math.max(...sides.map(({ fob }) => fob.now()));
  }
}
