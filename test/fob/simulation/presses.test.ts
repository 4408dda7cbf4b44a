import type { BusFault } from '@passfob/simulator';
import { type Client, connect, pairingCode } from 'passfob/client';
import type { Transport } from 'passfob/transports/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ascii, codeOnScreen, Owner } from '../conformance/owner.ts';
import { refused } from '../conformance/refused.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226, RFC4226_KEY } from '../conformance/vectors.ts';

let driver: SimulatorDriver;
let owner: Owner;

beforeEach(() => {
  driver = new SimulatorDriver();
  owner = new Owner(driver);
});

afterEach(() => {
  expect(driver.complaints()).toBe('');
  driver.fob.close();
});

/** A command requests a code and leaves without a message as soon as the question is on the screen. */
async function askAndLeave(id: Uint8Array): Promise<void> {
  const gone = new Error('the computer has gone');
  await expect(owner.client.call('code', { id }, { renew: () => Promise.reject(gone) })).rejects.toBe(gone);
}

it('a hold that began on a question does nothing to the screen after it', async () => {
  await owner.pair();
  const id = await owner.put({ secret: RFC4226_KEY });
  await askAndLeave(id);
  driver.fob.advance(4_500);
  driver.fob.keyDown();
  driver.fob.advance(2_000);
  expect((await driver.screen()).join(' ')).toContain('Hold: passcode');
  driver.fob.keyUp();
  driver.fob.advance(100);
  expect(await owner.passcodeShown()).toBe('');
  expect(await owner.pressed()).toBe(RFC4226[0]);
});

it('a hold that began on one account makes no passcode of another that replaced it', async () => {
  await owner.pair();
  const first = await owner.put({ secret: RFC4226_KEY, label: ascii('first') });
  const second = await owner.put({ secret: RFC4226_KEY, label: ascii('second') });
  await owner.put({ secret: RFC4226_KEY, label: ascii('third') });
  await owner.toList();
  expect((await driver.screen()).join(' ')).toContain('first');
  driver.fob.keyDown();
  driver.fob.advance(300);
  await owner.client.call('remove', { id: first });
  driver.fob.advance(1_000);
  driver.fob.keyUp();
  driver.fob.advance(100);
  expect((await owner.client.call('list', { index: 0 })).id).toEqual(second);
  expect((await owner.client.call('list', { index: 0 })).counter).toBe(0);
});

it('a hold keeps the display on until it has taken effect', async () => {
  await owner.pair();
  await owner.put({ secret: RFC4226_KEY });
  await owner.put({ secret: RFC4226_KEY });
  await owner.toList();
  driver.fob.press();
  driver.fob.advance(29_600);
  await driver.press(700);
  expect(await owner.passcodeShown()).toBe(RFC4226[0]);
});

describe('presses while the fob is busy', () => {
  /** What the list shows one press after the other. */
  const ENTRIES = ['first', 'second', 'third', 'fourth', 'Settings'] as const;
  /** How long the fob is busy: a transfer comes late, fails, or fails again when it is tried again. */
  const BUSY = [['late'], ['fail'], ['hang'], ['fail', 'fail']] as const satisfies readonly BusFault[][];
  /** The transfer that fails first, from the press on: an edge reads the clock in two, then the display is drawn. */
  const PLACES = [1, 2, 3, 4, 5, 8] as const;
  const PRESSES_MS = [60, 150, 250, 350, 450, 550] as const;
  /** Longer than the fob is busy, and its display then off. */
  const LATER_MS = 120_000;
  const CASES = BUSY.flatMap(faults => PLACES.map(place => [faults, place] as const));
  /** The memory is read in transfer 5. Where it fails twice there is no list, and the screen says so. */
  const WITH_LIST = CASES.filter(([faults, place]) => faults.length === 1 || place !== 5);

  /** Moves the button, with the faults from the first edge on; returns the entry of the list that is shown later. */
  async function shownAfter(faults: readonly BusFault[], place: number, moves: readonly number[]) {
    const { fob } = driver;
    fob.setFaults({ bus: { at: Object.fromEntries(faults.map((fault, at) => [place + at, fault])) } });
    for (const [at, ms] of moves.entries()) {
      if (at % 2 === 0) fob.keyDown();
      else fob.keyUp();
      fob.advance(ms);
    }
    fob.setFaults();
    fob.advance(LATER_MS);
    // The display is off by now, or should be: a row that did not arrive may have stayed on it.
    fob.press();
    return fob.screen().text.join(' ');
  }

  const counters = () =>
    Promise.all([0, 1, 2, 3].map(async index => (await owner.client.call('list', { index })).counter));

  beforeEach(async () => {
    await owner.pair();
    for (const label of ENTRIES.slice(0, 4)) await owner.put({ secret: RFC4226_KEY, label: ascii(label) });
    await owner.toList();
  });

  /** Tries presses of each length, behind others; each press moves on by one entry. */
  async function eachPressMovesOn(faults: readonly BusFault[], place: number, before: readonly number[]) {
    let at = 0;
    for (const heldMs of PRESSES_MS) {
      const words = await shownAfter(faults, place, [...before, heldMs, 0]);
      at = (at + before.length / 2 + 1) % ENTRIES.length;
      expect({ heldMs, words }).toEqual({ heldMs, words: expect.stringContaining(ENTRIES[at] ?? '') });
    }
    expect(await counters()).toEqual([0, 0, 0, 0]);
  }

  it.each(CASES)('a press is no hold, at whichever transfer the bus fails (%j from %i)', (faults, place) =>
    eachPressMovesOn(faults, place, []),
  );

  it.each(WITH_LIST)(
    'no press is lost whose edges both come while the fob is busy (%j from %i)',
    (faults, place) => eachPressMovesOn(faults, place, [100, 150]),
  );

  it.each(BUSY)('a hold is a hold although the clock answers late (%s, %s)', async (...faults) => {
    for (const [made, heldMs] of [650, 900, 650, 900].entries()) {
      await shownAfter(faults, 1 + (made >> 1), [heldMs, 0]);
      expect(await counters()).toEqual([made + 1, 0, 0, 0]);
    }
  });
});

it('a question that another screen replaced is asked again', async () => {
  await owner.pair();
  const id = await owner.put({ secret: RFC4226_KEY });
  await askAndLeave(id);
  await owner.put({ secret: RFC4226_KEY, label: ascii('another') });
  expect((await driver.screen()).join(' ')).not.toContain('Hold: yes');
  const { code } = await owner.client.call('code', { id }, { onPressNeeded: owner.approve });
  expect(String.fromCharCode(...code)).toBe(RFC4226[0]);
});

it('a pairing code that a press dismissed is shown again on request', async () => {
  await owner.client.hello();
  await owner.client.startPairing();
  const code = await codeOnScreen(driver);
  await driver.press();
  expect((await driver.screen()).join(' ')).toContain('no owner');
  await driver.advance(60_000);
  expect(await owner.client.startPairing()).toBeLessThan(121);
  expect(await codeOnScreen(driver)).toBe(code);
  await driver.advance(121_000);
  expect((await driver.screen()).join('')).not.toContain(code.slice(0, 3));
});

it('a pairing code opens nothing once it is off, also for another computer that began in time', async () => {
  await owner.client.hello();
  await owner.client.startPairing();
  const code = pairingCode(await codeOnScreen(driver));
  for (const isNewShown of [false, true]) {
    await owner.client.startPairing();
    const thief = delayed(driver.transport, 3);
    await thief.client.hello();
    const stolen = thief.client.openSession(pairingCode(await codeOnScreen(driver)));
    await thief.isHeld;
    await driver.advance(181_000);
    if (isNewShown) await owner.client.startPairing();
    thief.release();
    await refused(stolen, 'no-session');
  }
  await refused(owner.client.openSession(code), 'wrong-code');
});

it('a pairing code leaves no session after an erasure and a new code', async () => {
  await owner.openByCode();
  await owner.client.call('adopt', owner.adoption());
  // Settings, erase.
  await driver.advance(6_000);
  await driver.press(700);
  await owner.stepTo('Hold 10');
  await driver.press(10_500);
  expect((await owner.client.hello()).state).toBe('blank');
  await refused(owner.client.call('adopt', owner.adoption()), 'no-session');
  expect((await owner.client.hello()).state).toBe('blank');
});

it('a pairing code is good for one adoption, also for another computer that began in time', async () => {
  await owner.client.hello();
  await owner.client.startPairing();
  const code = pairingCode(await codeOnScreen(driver));
  await owner.client.openSession(code);
  const thief = delayed(driver.transport, 3);
  await thief.client.hello();
  const stolen = thief.client.openSession(code);
  await thief.isHeld;
  await owner.client.call('adopt', owner.adoption());
  await refused(owner.client.call('adopt', owner.adoption()), 'no-session');
  thief.release();
  await refused(stolen, 'no-session');
  await refused(thief.client.call('adopt', owner.adoption()), 'no-session');
  await refused(thief.client.call('info', {}), 'no-session');
});

/** A client whose `nth` frame waits on the way. */
function delayed(transport: Transport, nth: number) {
  let release: () => void = () => undefined;
  let held: () => void = () => undefined;
  const isReleased = new Promise<void>(resolve => {
    release = resolve;
  });
  const isHeld = new Promise<void>(resolve => {
    held = resolve;
  });
  let sent = 0;
  const client: Client = connect({
    ...transport,
    async send(text) {
      sent++;
      if (sent === nth) {
        held();
        await isReleased;
      }
      await transport.send(text);
    },
  });
  return { client, isHeld, release };
}

const forward = async (seconds: number) => {
  const { utc } = await owner.client.call('clock', {});
  return owner.client.call('setClock', { utc: utc + seconds }, { onPressNeeded: owner.deny });
};

it('the clock cannot be moved forward by small steps without a press', async () => {
  await owner.pair();
  await owner.setClock(1_800_000_000);
  await forward(3);
  await forward(2);
  await refused(forward(2), 'press-denied');
  await driver.reboot();
  await owner.open();
  await refused(forward(2), 'press-denied');
  // Four hours at 200 ppm are 2.88 seconds.
  await driver.advance(4 * 3_600_000);
  await forward(2);
  await refused(forward(2), 'press-denied');
});

it('the clock is trusted at once when it was set under a passcode', async () => {
  await owner.pair();
  await owner.setClock(1_800_000_000);
  await owner.put({ kind: 2, period: 30, secret: RFC4226_KEY });
  await owner.toList();
  await driver.press(700);
  let { utc } = await owner.client.call('clock', {});
  for (const ms of [1_000, 1_001, 1_002, 1_003, 1_004]) {
    expect(await owner.passcodeShown()).not.toBe('');
    await driver.advance(ms);
    // The clock's second has just changed, and the screen does not show it yet.
    utc += 2;
    await owner.client.call('setClock', { utc });
  }
  expect(await owner.passcodeShown()).not.toBe('');
});
