import type { Fob } from '@passfob/simulator';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { AT_ONCE, Owner } from '../conformance/owner.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226_KEY } from '../conformance/vectors.ts';

/** Espruino changes to the crystal two seconds after a cold start (`jshDoSysTick`). */
const BEFORE_CHANGE_MS = [900, 1300, 1600, 1900, 1960, 1990];
const LONG_AFTER_MS = 20_000;
/** Passes of the idle loop, and the steps in which these tests look. */
const ERROR_MS = 15;

const text = (fob: Fob) => fob.screen().text.join('|');

/** Returns the milliseconds until the screen says something that `is` accepts. */
function until(fob: Fob, is: (screen: string) => boolean, atMostMs: number): number {
  for (let ms = 0; ms <= atMostMs; ms += 5) {
    if (is(text(fob))) return ms;
    fob.advance(5);
  }
  throw new Error(`the screen still says ${text(fob)}`);
}

/** Presses, or holds, and expects that the fob has noticed. */
function expectChange(fob: Fob, heldMs: number): void {
  const before = text(fob);
  fob.press(0, heldMs);
  expect(text(fob)).not.toBe(before);
}

/** Returns a fob with an account and its owner. */
async function withAccount(kind: 1 | 2): Promise<{ driver: SimulatorDriver; owner: Owner }> {
  const driver = new SimulatorDriver();
  const owner = new Owner(driver, AT_ONCE);
  await owner.pair();
  await owner.setClock(1_800_000_000);
  await owner.put({ secret: secret(new Uint8Array(20).fill(0x31)), kind, period: kind === 2 ? 30 : 0 });
  return { driver, owner };
}

async function coldStarted(driver: SimulatorDriver, ms: number): Promise<Fob> {
  driver.fob.cutPower();
  // The display keeps its text until it has lost its own supply.
  driver.fob.advance(100);
  driver.fob.powerOn();
  driver.fob.advance(ms);
  return driver.fob;
}

/** Compares a duration that begins before the change with the same one long after. */
async function expectEqual(driver: SimulatorDriver, measure: (fob: Fob) => number | Promise<number>) {
  const usual = await measure(await coldStarted(driver, LONG_AFTER_MS));
  for (const ms of BEFORE_CHANGE_MS) {
    const found = await measure(await coldStarted(driver, ms));
    expect(Math.abs(found - usual), `from ${ms} ms on: ${found} instead of ${usual} ms`).toBeLessThanOrEqual(
      ERROR_MS,
    );
  }
  await driver.close();
}

it('a hold that began before the change to the crystal lasts as long as any', async () => {
  const { driver } = await withAccount(1);
  await expectEqual(driver, fob => {
    fob.keyDown();
    const ms = until(fob, screen => /\d{3} \d{3}/.test(screen), 5_000);
    fob.keyUp();
    return ms;
  });
});

it('a press across the change to the crystal is one press', async () => {
  const { driver } = await withAccount(1);
  await expectEqual(driver, fob => {
    const before = text(fob);
    fob.press(0, 60);
    const ms = until(fob, screen => screen !== before, 5_000);
    fob.advance(2_000);
    expect(text(fob)).toContain('Settings');
    return ms;
  });
});

it('a PIN is entered across the change to the crystal', async () => {
  const { driver, owner } = await withAccount(1);
  const pin = secret('8305');
  await owner.choosePin(pin, { wipe: 0 });
  for (const ms of BEFORE_CHANGE_MS) {
    const fob = await coldStarted(driver, ms);
    for (const symbol of [...pin, 'ok']) {
      while (!fob.screen().text.includes(symbol)) expectChange(fob, 60);
      expectChange(fob, 650);
    }
    until(fob, screen => screen.includes('alice'), 5_000);
  }
});

it('an approval across the change to the crystal takes as long as any, and so does an unanswered question', async () => {
  const { driver, owner } = await withAccount(1);
  let utc = 1_700_000_000;
  const asked = async (answer: (fob: Fob) => number): Promise<number> => {
    await owner.open();
    let ms = Number.NaN;
    const onPressNeeded = () => {
      ms = answer(driver.fob);
    };
    utc -= 100_000;
    await owner.client.call('setClock', { utc }, { onPressNeeded }).catch(() => undefined);
    return ms;
  };
  const approved = (fob: Fob) => {
    const question = text(fob);
    fob.advance(800);
    fob.keyDown();
    const ms = until(fob, screen => screen.split('|')[0] !== question.split('|')[0], 5_000);
    fob.keyUp();
    fob.advance(50);
    return ms;
  };
  const unanswered = (fob: Fob) => {
    const question = text(fob);
    const ms = until(fob, screen => screen.split('|')[0] !== question.split('|')[0], 60_000);
    fob.cutPower();
    return ms;
  };
  for (const answer of [approved, unanswered]) {
    const usual = (await coldStarted(driver, LONG_AFTER_MS)) && (await asked(answer));
    for (const ms of BEFORE_CHANGE_MS) {
      await coldStarted(driver, ms);
      expect(Math.abs((await asked(answer)) - usual), `from ${ms} ms on`).toBeLessThanOrEqual(ERROR_MS);
    }
  }
});

it('a passcode is typed across the change to the crystal', async () => {
  const { driver, owner } = await withAccount(1);
  await owner.allowTyping();
  await expectEqual(driver, fob => {
    const before = fob.keyboard.length;
    const startMs = fob.now();
    fob.press(0, 650);
    expect(text(fob)).toMatch(/\d{3} \d{3}/);
    fob.advance(100);
    fob.press(0, 650);
    fob.advance(3_000);
    const reports = fob.keyboard.slice(before).filter(report => (report.bytes[2] ?? 0) > 0);
    expect(reports).toHaveLength(6);
    return (reports.at(-1)?.atMs ?? 0) - startMs;
  });
});

it('a pairing code that was made before the change to the crystal expires after three minutes', async () => {
  const driver = new SimulatorDriver();
  await expectEqual(driver, async fob => {
    const owner = new Owner(driver);
    await owner.client.hello();
    await owner.client.startPairing();
    const startMs = fob.now();
    const code = fob.screen().text.slice(2).join('|');
    fob.advance(177_000);
    expect(text(fob)).toContain(code);
    until(fob, screen => !screen.includes(code), 10_000);
    return fob.now() - startMs;
  });
});

it.each([
  [-470_000, 600 / 0.53],
  [-100_000, 600 / 0.9],
  [100_000, 600 / 1.1],
  [470_000, 600 / 1.47],
])(
  'an oscillator that is off by %d ppm changes times by that and nothing else',
  async (oscillatorPpm, holdMs) => {
    const driver = new SimulatorDriver({ oscillatorPpm });
    const owner = new Owner(driver);
    await owner.pair();
    for (let made = 0; made < 5; made++) await owner.put({ secret: RFC4226_KEY });
    while (text(driver.fob).includes('Settings') || !text(driver.fob).includes('alice')) {
      driver.fob.advance(6_000);
      await driver.press(150);
    }
    driver.fob.advance(2_000);
    driver.fob.keyDown();
    const ms = until(driver.fob, screen => /\d{3} \d{3}/.test(screen), 5_000);
    driver.fob.keyUp();
    expect(Math.abs(ms - holdMs - 25 * (holdMs / 600))).toBeLessThan(ERROR_MS);
    expect([driver.complaints(), driver.fob.violations]).toEqual(['', []]);
  },
);
