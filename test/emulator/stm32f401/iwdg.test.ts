import { Iwdg } from '@passfob/emulator/stm32f401/iwdg';
import { describe, expect, it } from 'vitest';
import { makeStillTime, store } from './fixture.ts';

const [KR, PR, RLR, SR] = [0x00, 0x04, 0x08, 0x0c];
const [START, RELOAD, UNLOCK] = [0xcccc, 0xaaaa, 0x5555];

function makeWatchdog(lsiHz = 32000) {
  const { time, pass } = makeStillTime();
  const seen = { resets: 0, forced: 0 };
  const iwdg = new Iwdg({
    ...{ time, lsiHz },
    forceLsi: () => {
      seen.forced += 1;
    },
    requestReset: () => {
      seen.resets += 1;
    },
  });
  return { iwdg, pass, seen };
}

describe('the independent watchdog', () => {
  it('sleeps until it is started, and then keeps LSI on (RM0368 §15.3)', () => {
    const { iwdg, pass, seen } = makeWatchdog();
    pass(60e6);
    expect(seen).toEqual({ resets: 0, forced: 0 });
    store(iwdg, KR, START);
    expect(iwdg.isRunning).toBe(true);
    expect(seen.forced).toBe(1);
  });

  it('takes its keys from half-words, which the bus repeats (RM0368 §15.4.1)', () => {
    const { iwdg, pass, seen } = makeWatchdog();
    store(iwdg, KR, 0xcccc_cccc);
    pass(400_000);
    store(iwdg, KR, 0xaaaa_aaaa);
    pass(400_000);
    expect([iwdg.isRunning, seen.resets]).toEqual([true, 0]);
  });

  it('resets 512 ms after a start with its reset values (RM0368 §15.3, table 63)', () => {
    const { iwdg, pass, seen } = makeWatchdog();
    store(iwdg, KR, START);
    // 4095 steps of 4 cycles at 32 kHz.
    pass(511_800);
    expect(seen.resets).toBe(0);
    pass(200);
    expect(seen.resets).toBe(1);
  });

  it.each([17000, 47000])('follows LSI at %i Hz, as Espruino sets it for one second', lsiHz => {
    const { iwdg, pass, seen } = makeWatchdog(lsiHz);
    const reload = Math.floor(40000 / 256);
    store(iwdg, KR, UNLOCK);
    store(iwdg, PR, 6);
    store(iwdg, RLR, reload);
    store(iwdg, KR, RELOAD);
    store(iwdg, KR, START);
    const us = (reload * 256 * 1e6) / lsiHz;
    pass(us - 10);
    expect(seen.resets).toBe(0);
    pass(20);
    expect(seen.resets).toBe(1);
  });

  it('never resets as long as it is reloaded in time', () => {
    const { iwdg, pass, seen } = makeWatchdog();
    store(iwdg, KR, START);
    for (let i = 0; i < 20; i += 1) {
      pass(500_000);
      store(iwdg, KR, RELOAD);
    }
    expect(seen.resets).toBe(0);
    pass(520_000);
    expect(seen.resets).toBe(1);
  });

  it('keeps PR and RLR until they are unlocked, and locks them at any other key (RM0368 §15.3.2)', () => {
    const { iwdg } = makeWatchdog();
    store(iwdg, PR, 3);
    store(iwdg, RLR, 5);
    expect([iwdg.read(PR), iwdg.read(RLR)]).toEqual([0, 0xfff]);
    store(iwdg, KR, UNLOCK);
    store(iwdg, PR, 3);
    store(iwdg, KR, RELOAD);
    store(iwdg, RLR, 5);
    expect([iwdg.read(PR), iwdg.read(RLR)]).toEqual([3, 0xfff]);
  });

  it('takes five cycles of LSI to update a register, and no other value meanwhile (RM0368 §15.4.4)', () => {
    const { iwdg, pass } = makeWatchdog();
    store(iwdg, KR, UNLOCK);
    store(iwdg, PR, 1);
    store(iwdg, RLR, 100);
    expect(iwdg.read(SR)).toBe(3);
    store(iwdg, RLR, 7);
    expect(iwdg.read(RLR)).toBe(100);
    pass(160);
    expect(iwdg.read(SR)).toBe(0);
    store(iwdg, RLR, 7);
    expect(iwdg.read(RLR)).toBe(7);
  });

  it('goes on from its count when the prescaler changes', () => {
    const { iwdg, pass, seen } = makeWatchdog();
    store(iwdg, KR, UNLOCK);
    store(iwdg, RLR, 1000);
    store(iwdg, KR, START);
    store(iwdg, KR, RELOAD);
    // Half of the 1000 steps of 125 µs.
    pass(62_500);
    store(iwdg, KR, UNLOCK);
    store(iwdg, PR, 1);
    pass(124_900);
    expect(seen.resets).toBe(0);
    pass(200);
    expect(seen.resets).toBe(1);
  });

  it('stops at a reset', () => {
    const { iwdg, pass, seen } = makeWatchdog();
    store(iwdg, KR, UNLOCK);
    store(iwdg, PR, 2);
    store(iwdg, KR, START);
    iwdg.reset();
    pass(60e6);
    expect(seen.resets).toBe(0);
    expect(iwdg.isRunning).toBe(false);
    expect([iwdg.read(PR), iwdg.read(SR)]).toEqual([0, 0]);
  });
});
