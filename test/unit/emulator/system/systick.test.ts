import { SYS_TICK } from '@passfob/emulator/core/exception-numbers';
import { ExceptionState } from '@passfob/emulator/system/exception-state';
import { ProcessorClock } from '@passfob/emulator/system/processor-clock';
import { SysTick } from '@passfob/emulator/system/systick';
import { makeStillTime } from '../kit/fixture.ts';
import { registersOf, type Stage, scripts } from '../kit/register-script.ts';

function makeSysTick(): Stage {
  const { time, pass } = makeStillTime();
  const clock = new ProcessorClock();
  clock.hertz = 84_000_000;
  const state = new ExceptionState({ onPend: () => undefined, onReady: () => undefined });
  const sysTick = new SysTick({ time, clock, state });
  sysTick.reset();
  return {
    registers: registersOf(sysTick, { CTRL: 0x10, LOAD: 0x14, VAL: 0x18 }),
    // TICK is a cycle of the processor, in microseconds.
    names: { ENABLE: 1, TICKINT: 2, CLKSOURCE: 4, COUNTFLAG: 1 << 16, ON: 5, TICKING: 7, TICK: 1 / 84 },
    // A cycle that is due is over, in spite of fractions.
    pass: us => pass(us + 1e-9),
    shows: { pending: () => state.isPending(SYS_TICK) },
    acts: {
      unpend: () => state.unpend(SYS_TICK),
      clock: hertz => {
        clock.hertz = Number(hertz);
      },
    },
  };
}

scripts('SysTick (ARMv7-M ARM B3.3)', makeSysTick)`
  counts down to 0 and goes on from LOAD, with LOAD + 1 counts a period:
    LOAD = 9; CTRL = ON; VAL is 0; TICK us; VAL is 9; TICK us; VAL is 8; 7 * TICK us; VAL is 1; TICK us; VAL is 0
    TICK us; VAL is 9; 9 * TICK us; VAL is 0; TICK us; VAL is 9

  becomes pending where it reaches 0, if TICKINT is set, and sets COUNTFLAG until CTRL is read:
    LOAD = 99; CTRL = TICKING; 99 * TICK us; pending is false; TICK us; pending is true
    CTRL is COUNTFLAG | TICKING; CTRL is TICKING; unpend; 100 * TICK us; pending is true

  starts a full period after a write to VAL, which clears COUNTFLAG and makes nothing pending:
    LOAD = 99; CTRL = TICKING; 150 * TICK us; unpend; VAL = 12345; VAL is 0; CTRL lacks COUNTFLAG; pending is false
    99 * TICK us; VAL is 1; pending is false; TICK us; pending is true

  uses a new LOAD from the next period on:
    LOAD = 99; CTRL = ON; 50 * TICK us; LOAD = 9; VAL is 50; 51 * TICK us; VAL is 9; 9 * TICK us; VAL is 0

  counts eight times slower without CLKSOURCE, and with the clock of the processor:
    LOAD = 999; CTRL = ENABLE; 80 * TICK us; VAL is 990; clock 42e6; 80 * TICK us; VAL is 985

  stands still while it is disabled or its clock is stopped, and goes on from there:
    LOAD = 99; CTRL = TICKING; 60 * TICK us; clock 0; 940 * TICK us; VAL is 40; pending is false
    clock 84e6; 10 * TICK us; CTRL = 0; 990 * TICK us; VAL is 30; CTRL = TICKING; 30 * TICK us; VAL is 0; pending is true

  stays at 0 with a LOAD of 0:
    CTRL = TICKING; 1000 * TICK us; VAL is 0; pending is false
`;
