import { FIRST_INTERRUPT, SYS_TICK } from '@passfob/emulator/core/exception-numbers';
import { ExceptionState } from '@passfob/emulator/system/exception-state';
import { Nvic } from '@passfob/emulator/system/nvic';
import { registersOf, type Stage, scripts } from '../kit/register-script.ts';

const OFFSETS = {
  ...{ ISER1: 0x104, ICER1: 0x184, ISPR1: 0x204, ICPR1: 0x284, IABR1: 0x304, IPR8: 0x420, STIR: 0xf00 },
};

/** Numbers of interrupts are those of the chip. */
function makeNvic(): Stage {
  let notices = 0;
  const state = new ExceptionState({ onPend: () => undefined, onReady: () => notices++ });
  const nvic = new Nvic(state);
  const exception = (number: unknown) => FIRST_INTERRUPT + Number(number);
  return {
    registers: registersOf(nvic, OFFSETS),
    names: { ALL: 0xffff_ffff },
    shows: {
      enabled: number => state.isEnabled(exception(number)),
      priority: number => state.priority(exception(number)),
      group: priority => state.groupPriority(Number(priority)),
      first: () => (state.first === SYS_TICK ? 'SysTick' : state.first - FIRST_INTERRUPT),
      notices: () => notices,
    },
    acts: {
      raise: number => nvic.set(Number(number), true),
      lower: number => nvic.set(Number(number), false),
      activate: number => state.activate(exception(number)),
      leave: number => {
        state.deactivate(exception(number));
        nvic.sampleAfterReturn(exception(number));
      },
      tick: () => state.pend(SYS_TICK),
      groups: number => {
        state.priorityGroup = Number(number);
      },
    },
  };
}

scripts('the interrupt controller (ARMv7-M ARM B3.4 and B1.5.4)', makeNvic)`
  sets and clears enable bits by writing ones, and reads them at both addresses:
    ISER1 = 6; ICER1 = 2; ISER1 is 4; ICER1 is 4; enabled 34 is true

  keeps the upper four bits of a priority, written in a half-word:
    IPR8.low = 0xffff; IPR8 is 0xf0f0; priority 33 is 0xf0; priority 34 is 0

  keeps an interrupt pending when its line falls again:
    raise 32; lower 32; ISPR1 is 1; ICPR1 = 1; ICPR1 is 0

  cannot clear the pending bit of an interrupt whose line is high:
    raise 32; ICPR1 = 1; ISPR1 is 1

  makes an interrupt pending again after its return only while its line is high:
    raise 32; activate 32; ISPR1 is 0; IABR1 is 1; leave 32; ISPR1 is 1; IABR1 is 0
    activate 32; lower 32; leave 32; ISPR1 is 0

  makes interrupts pending by their number in STIR:
    STIR = 37; ISPR1 is 1 << 5

  tells nobody about levels that stay, and about interrupts that are not enabled:
    raise 40; notices is 0; ISER1 = 1 << 8; notices is 1; raise 40; notices is 1

  has the pending exception with the highest priority first, then the one with the lowest number:
    ISER1 = ALL; raise 35; raise 33; raise 34; first is 33; IPR8 = 0x8000; first is 34; tick; first is SysTick

  preempts by the upper part of its priority that PRIGROUP leaves:
    groups 5; group 0x70 is 0x40; group 0xf0 is 0xc0; group -1 is -1
`;
