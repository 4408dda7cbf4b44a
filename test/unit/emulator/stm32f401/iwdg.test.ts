import { Iwdg } from '@passfob/emulator/stm32f401/iwdg';
import { it } from 'vitest';
import { makeStillTime } from '../kit/fixture.ts';
import { play, registersOf, type Stage, scripts } from '../kit/register-script.ts';

function makeWatchdog(lsiHz = 32000): Stage {
  const { time, pass } = makeStillTime();
  let [resets, forced] = [0, 0];
  const iwdg = new Iwdg({ time, lsiHz, forceLsi: () => forced++, requestReset: () => resets++ });
  return {
    registers: registersOf(iwdg, { KR: 0x00, PR: 0x04, RLR: 0x08, SR: 0x0c }),
    names: { START: 0xcccc, RELOAD: 0xaaaa, UNLOCK: 0x5555 },
    pass,
    shows: { running: () => iwdg.isRunning, resets: () => resets, forced: () => forced },
    acts: { reset: () => iwdg.reset() },
  };
}

it.each([17000, 47000])('the watchdog follows LSI at %i Hz, as Espruino sets it for one second', lsiHz => {
  const reload = Math.floor(40000 / 256);
  play(
    makeWatchdog(lsiHz),
    `KR = UNLOCK; PR = 6; RLR = ${reload}; KR = RELOAD; KR = START
     ${(reload * 256 * 1e6) / lsiHz} - 10 us; resets is 0; 20 us; resets is 1`,
  );
});

scripts('the independent watchdog', makeWatchdog)`
  sleeps until it is started, and then keeps LSI on (RM0368 §15.3):
    60e6 us; resets is 0; forced is 0; KR = START; running is true; forced is 1

  takes its keys from half-words, which the bus repeats (RM0368 §15.4.1):
    KR = 0xcccccccc; 400_000 us; KR = 0xaaaaaaaa; 400_000 us; running is true; resets is 0

  resets 512 ms after a start with its reset values: 4095 steps of 4 cycles at 32 kHz (RM0368 §15.3, table 63):
    KR = START; 511_800 us; resets is 0; 200 us; resets is 1

  never resets as long as it is reloaded in time:
    KR = START
    500_000 us; KR = RELOAD; 500_000 us; KR = RELOAD; 500_000 us; KR = RELOAD; 500_000 us; KR = RELOAD
    resets is 0; 520_000 us; resets is 1

  keeps PR and RLR until they are unlocked, and locks them at any other key (RM0368 §15.3.2):
    PR = 3; RLR = 5; PR is 0; RLR is 0xfff; KR = UNLOCK; PR = 3; KR = RELOAD; RLR = 5; PR is 3; RLR is 0xfff

  takes five cycles of LSI to update a register, and no other value meanwhile (RM0368 §15.4.4):
    KR = UNLOCK; PR = 1; RLR = 100; SR is 3; RLR = 7; RLR is 100; 160 us; SR is 0; RLR = 7; RLR is 7

  goes on from its count, half of 1000 steps of 125 µs, when the prescaler changes:
    KR = UNLOCK; RLR = 1000; KR = START; KR = RELOAD; 62_500 us
    KR = UNLOCK; PR = 1; 124_900 us; resets is 0; 200 us; resets is 1

  stops at a reset:
    KR = UNLOCK; PR = 2; KR = START; reset; 60e6 us; resets is 0; running is false; PR is 0; SR is 0
`;
