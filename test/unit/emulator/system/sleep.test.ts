import { expect, it } from 'vitest';
import { play, scripts } from '../kit/register-script.ts';
import { logging, MAIN, machineStage, SPIN } from './machine.ts';

const [WFI, WFE, SEV] = [0xbf30, 0xbf20, 0xbf40];
const SLEEPONEXIT = 1 << 1;
const SLEEPDEEP = 1 << 2;

/** Sleeps, then logs 9 and stays; interrupt 0 logs 1. */
const sleeping = (...before: number[]) => ({
  code: { [MAIN]: [...before, ...logging(9).slice(0, 4), SPIN], 512: logging(1) },
  vectors: { 16: 0x201 },
});
const make = (...before: number[]) => {
  return () => machineStage(sleeping(...before)).stage;
};

scripts('WFI (ARMv7-M ARM B1.5.19)', make(WFI))`
  sleeps until an interrupt, and executes nothing meanwhile:
    enable 0 0x80; raise 0 100_000; lower 0 100_001; run 99_999; asleep is true; instructions is 1
    run 100_100; log is 1@100015 9@100030; slept is 99999 0

  ends with an interrupt that PRIMASK keeps out, without its handler:
    PRIMASK = 1; enable 0 0x80; raise 0 1000; run 2000; log is 9@1003

  does not sleep while such an interrupt is pending:
    PRIMASK = 1; enable 0 0x80; raise 0; run 100; values is 9

  is not ended by an interrupt that is not enabled:
    raise 1 50; run 1000; values is nothing
`;

scripts('sleep on exit (ARMv7-M ARM B1.5.19)', make(SPIN))`
  follows the last handler if SCR.SLEEPONEXIT is set:
    SCR = ${SLEEPONEXIT}; enable 0 0x80; raise 0 10; lower 0 11; raise 0 1000; lower 0 1001; run 5000
    values is 1 1; instructions below 30
`;

scripts('WFE (ARMv7-M ARM B1.5.18)', make(WFE))`
  is not ended by an interrupt that is not enabled:
    raise 1 100; run 1000; values is nothing

  is ended by an interrupt that is not enabled with SCR.SEVONPEND:
    SCR = 1 << 4; raise 1 100; run 1000; values is 9
`;

scripts('WFE after SEV (ARMv7-M ARM B1.5.18)', make(SEV, WFE, WFE))`
  goes on at once after an event, and clears it:
    run 1000; instructions is 3; asleep is true; event; run 2000; values is 9
`;

it('deep sleep asks the chip with SCR.SLEEPDEEP, whose clocks may stop, and tells it when it ends (B1.5.17)', () => {
  const calls: string[] = [];
  const { stage } = machineStage({
    ...sleeping(WFI),
    deepSleep: {
      enter: () => {
        calls.push('enter');
        play(stage, 'clock 0');
        return true;
      },
      leave: () => {
        calls.push('leave');
        play(stage, 'clock 42e6');
      },
    },
  });
  play(
    stage,
    `SCR = ${SLEEPDEEP}; PRIMASK = 1; enable 0 0; alarmAt 500; raise 0 1000; run 2000; log is 9@1006; slept is 0 999`,
  );
  expect(calls).toEqual(['enter', 'leave']);
});
