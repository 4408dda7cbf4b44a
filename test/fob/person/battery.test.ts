import type { Fob } from '@passfob/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { passes } from '../../kit/scenario.ts';
import { Owner } from '../conformance/owner.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226, RFC4226_KEY } from '../conformance/vectors.ts';

let driver: SimulatorDriver;
let owner: Owner;
let fob: Fob;
const text = () => fob.screen().text.join('|');

/** A fob on its battery, after its second second, with two accounts. */
beforeEach(async () => {
  driver = new SimulatorDriver();
  fob = driver.fob;
  owner = new Owner(driver);
  await owner.pair();
  await owner.setClock(1_800_000_000);
  await owner.put({ secret: RFC4226_KEY });
  await owner.put({ secret: RFC4226_KEY, kind: 2, period: 30, label: new Uint8Array([98, 111, 98]) });
  await owner.toListByPress();
  fob.advance(3000);
  fob.setUsb(false);
  fob.advance(100);
});
afterEach(() => driver.close());

/** Steps through the list to an entry, and lets the processor fall asleep: an edge in that moment is noticed late. */
function stepTo(name: string): void {
  fob.advance(100);
  for (let presses = 0; !text().includes(name); presses++) {
    expect(presses).toBeLessThan(5);
    fob.press(0, 100);
    fob.advance(400);
  }
}

/** Returns the share of a time in which the processor slept. */
function sleptIn(ms: number): number {
  let slept = 0;
  for (let at = 0; at < ms; at++) {
    fob.advance(1);
    if (fob.sleeping) slept++;
  }
  return slept / ms;
}

it('a press moves on and a hold shows a passcode as with USB, each some milliseconds later', () => {
  stepTo('alice');
  fob.keyDown();
  let ms = 0;
  while (!/\d{3} \d{3}/.test(text()) && ms < 2000) {
    fob.advance(1);
    ms++;
  }
  fob.keyUp();
  expect(ms).toBeGreaterThanOrEqual(600 + 25);
  expect(ms).toBeLessThan(600 + 25 + 150);
  expect(text().replace(' ', '')).toContain(RFC4226[0]);
});

it('a press stays a press whenever the button is released, also while the processor would fall asleep', () => {
  let lost = 0;
  for (let heldMs = 30; heldMs < 60; heldMs += 0.25) {
    const before = text();
    fob.press(0, heldMs);
    // A release that went unnoticed would become a hold.
    fob.advance(1500);
    if (text() === before) lost++;
    expect(text(), `held for ${heldMs} ms`).not.toMatch(/\d{3} \d{3}|Clock/);
  }
  // Those shorter than the debounce and a wake.
  expect(lost).toBeLessThan(40);
});

it('a passcode by time leaves after a minute, and the processor sleeps between its seconds', () => {
  stepTo('bob');
  fob.press(0, 650);
  fob.advance(100);
  expect(text()).toMatch(/\d{3} \d{3}/);
  expect(sleptIn(5000)).toBeGreaterThan(0.9);
  fob.advance(53_000);
  expect(text()).toMatch(/\d{3} \d{3}/);
  fob.advance(3_500);
  expect(text()).not.toMatch(/\d{3} \d{3}/);
});

it('a PIN is entered, and a fob that sleeps with its display off wakes by a press', () =>
  passes(new URL('scenarios/pin-on-battery.yaml', import.meta.url)));

it('a computer finds the fob when the cable wakes it', () =>
  passes(new URL('scenarios/cable-wakes.yaml', import.meta.url)));
