import type { Fob, StateStore } from '@passfob/simulator';
import { isFobError } from 'passfob/client';
import { describe, expect, it } from 'vitest';
import { countOf, isBigRun, LONG } from '../../kit/counts.ts';
import { type KeptFob, keptFob } from '../../kit/fob.ts';
import { copyOf } from '../../kit/memories.ts';
import { secret } from '../../kit/secrets.ts';
import { BangleDriver } from '../conformance/banglejs2-driver.ts';
import type { Driver } from '../conformance/driver.ts';
import { Owner, random } from '../conformance/owner.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226, RFC4226_KEY } from '../conformance/vectors.ts';

/**
 * Native calls of the crypto library that answer undefined, because Espruino found no memory for the result. Each call
 * of a boot, a handshake, an enrolment, a passcode and an unlocking is the one that fails, alone and with those after
 * it.
 */
type Board = Driver & { readonly fob: Fob };
type Make = (storage: StateStore) => Board;
const PATIENCE = { patience: { answerTimeoutMs: 10, sendsMax: 2 } };
const PIN = secret('730258');
const WRONG_PIN = secret('730259');
/** The second ends every attempt to repeat the call. */
const TIMES = [1, 40];

const screen = (fob: Fob) => fob.screen().text.join(' ');

function prepared(make: Make, withPin: boolean): Promise<KeptFob> {
  return keptFob(async owner => {
    await owner.put({ secret: RFC4226_KEY });
    if (!withPin) return;
    await owner.client.call('escrow', { recoveryKey: owner.recoveryKey });
    await owner.choosePin(PIN);
  }, make);
}

/** A fob that ran before, and the same owner at it. */
async function resumed(make: Make, kept: KeptFob): Promise<{ driver: Board; owner: Owner }> {
  const driver = make(copyOf(kept.store));
  const owner = new Owner(driver, PATIENCE, kept.owner);
  await owner.open();
  return { driver, owner };
}

/** Runs an act that may be refused or get no answer, never anything else. */
async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!isFobError(error)) throw error;
    const allowed = 'internal no-session no-answer not-a-fob not-authentic lost wrong-proof locked';
    expect(allowed.split(' ')).toContain(error.kind === 'refused' ? error.refusal : error.kind);
    return false;
  }
}

/** Restarts a fob that shows an internal error by a press. */
function restartIfFaulty(fob: Fob): boolean {
  if (!screen(fob).startsWith('Internal error')) return false;
  fob.press();
  fob.advance(1000);
  expect(screen(fob)).not.toContain('Internal error');
  return true;
}

/** Repeats an act for each native call in it, failing; `check` follows each one. */
async function eachCall(
  make: Make,
  from: KeptFob,
  act: (driver: Board, owner: Owner) => Promise<unknown>,
  check: (driver: Board, owner: Owner, done: boolean) => Promise<void>,
): Promise<number> {
  const whole = await resumed(make, from);
  const before = whole.driver.fob.cryptoCalls;
  expect(await attempt(() => act(whole.driver, whole.owner))).toBe(true);
  const calls = whole.driver.fob.cryptoCalls - before;
  await whole.driver.close();
  const tried = Math.min(calls, countOf(5, 1000));
  for (let index = 0; index < tried; index++) {
    const call = 1 + Math.floor((index * calls) / tried);
    for (const times of TIMES) {
      const { driver, owner } = await resumed(make, from);
      driver.fob.failCryptoCall(call, times);
      const done = await attempt(() => act(driver, owner));
      driver.fob.failCryptoCall(1, 0);
      await check(driver, owner, done);
      expect(driver.fob.violations).toEqual([]);
      await driver.close();
    }
  }
  return calls;
}

/** Expects a fob that works: a session, its accounts, and a passcode that was never shown before. */
async function expectWorking(driver: Board, owner: Owner, shown: readonly string[]): Promise<void> {
  restartIfFaulty(driver.fob);
  await owner.open();
  const { accounts } = await owner.client.call('info', {});
  expect(accounts).toBeGreaterThanOrEqual(1);
  await owner.toListByPress();
  while (!screen(driver.fob).includes('alice')) await driver.step();
  driver.fob.advance(1000);
  const code = await owner.pressed();
  expect(RFC4226).toContain(code);
  expect(shown).not.toContain(code);
}

describe.each([
  ['pico', (storage => new SimulatorDriver({ storage })) as Make],
  ['banglejs2', (storage => new BangleDriver({ storage })) as Make],
])('a fob whose native calls find no memory: %s', LONG, (_board, make) => {
  it('a boot that failed is repeated, and nothing is lost', async () => {
    const from = await prepared(make, false);
    const calls = await eachCall(
      make,
      from,
      driver => driver.reboot(),
      async (driver, owner) => {
        await driver.reboot();
        await expectWorking(driver, owner, []);
      },
    );
    expect(calls).toBeGreaterThan(10);
  });

  it('a handshake is refused or not answered, works again, and takes no wrong key', async () => {
    const from = await prepared(make, false);
    await eachCall(
      make,
      from,
      (_driver, owner) => owner.open(),
      (driver, owner) => expectWorking(driver, owner, []),
    );
    const { driver } = await resumed(make, from);
    const stranger = { key: secret(random(32)) };
    for (let call = 1; call < 60; call += isBigRun ? 1 : 5) {
      const other = new Owner(driver, PATIENCE, stranger);
      driver.fob.failCryptoCall(call, 1);
      expect(await attempt(() => other.open())).toBe(false);
    }
    await driver.close();
  });

  it('an enrolment is refused or done, and works again', async () => {
    const from = await prepared(make, false);
    await eachCall(
      make,
      from,
      (_driver, owner) => owner.put({ secret: secret(random(20)), label: new Uint8Array([98, 111, 98]) }),
      async (driver, owner, done) => {
        restartIfFaulty(driver.fob);
        await owner.open();
        const { accounts } = await owner.client.call('info', {});
        // An answer that was lost may belong to an account that was stored.
        expect(done ? [2] : [1, 2]).toContain(accounts);
        for (let index = 0; index < accounts; index++) await owner.client.call('list', { index });
        await owner.put({ secret: secret(random(20)), label: new Uint8Array([99]) });
        await owner.toListByPress();
        await expectWorking(driver, owner, []);
      },
    );
  });

  it('a passcode is shown or not, and never twice', async () => {
    const from = await prepared(make, false);
    const shown: string[] = [];
    await eachCall(
      make,
      from,
      async (driver, owner) => {
        shown.length = 0;
        await owner.toListByPress();
        while (!screen(driver.fob).includes('alice')) await driver.step();
        driver.fob.advance(1000);
        await driver.choose();
        const code = await owner.passcodeShown();
        if (code !== '') shown.push(code);
        expect([...RFC4226, '']).toContain(code);
        if (!screen(driver.fob).startsWith('Internal error')) await driver.back();
      },
      (driver, owner) => expectWorking(driver, owner, shown),
    );
  });

  it('an unlocking fails or opens, loses no account, and takes no wrong PIN', async () => {
    const from = await prepared(make, true);
    const enter = (pin: string) => async (driver: Board, owner: Owner) => {
      const { fob } = driver;
      await owner.wake();
      for (const symbol of [...pin, 'ok']) {
        for (let turns = 0; !fob.screen().text.includes(symbol); turns++) {
          if (screen(fob).startsWith('Internal error')) return;
          expect(turns).toBeLessThan(20);
          await driver.step();
        }
        await driver.choose();
      }
      fob.advance(50);
    };
    await eachCall(make, from, enter(PIN), async (driver, owner) => {
      restartIfFaulty(driver.fob);
      driver.fob.advance(6000);
      await owner.open();
      const status = await owner.client.call('status', {});
      expect(status.failures).toBeLessThanOrEqual(1);
      if (status.locked) await enter(PIN)(driver, owner);
      expect((await owner.client.call('status', {})).locked).toBe(0);
      await expectWorking(driver, owner, []);
    });
    const calls = await eachCall(make, from, enter(WRONG_PIN), async (driver, owner) => {
      restartIfFaulty(driver.fob);
      await owner.open();
      expect((await owner.client.call('status', {})).locked).toBe(1);
    });
    expect(calls).toBeGreaterThan(1);
  });
});
