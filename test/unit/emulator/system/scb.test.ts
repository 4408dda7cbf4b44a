import { BUS_FAULT, MEM_MANAGE, PEND_SV, SV_CALL, SYS_TICK } from '@passfob/emulator/core/exception-numbers';
import { ExceptionState } from '@passfob/emulator/system/exception-state';
import { SystemControl } from '@passfob/emulator/system/scb';
import { registersOf, type Stage, scripts } from '../kit/register-script.ts';

const OFFSETS = {
  ...{ CPUID: 0xd00, ICSR: 0xd04, VTOR: 0xd08, AIRCR: 0xd0c, SHPR2: 0xd1c, SHPR3: 0xd20, SHCSR: 0xd24 },
  ...{ MPU_TYPE: 0xd90, MVFR0: 0xf40 },
};

function makeSystemControl(): Stage {
  const state = new ExceptionState({ onPend: () => undefined, onReady: () => undefined });
  let resetRequests = 0;
  const scb = new SystemControl({
    state,
    controls: { isFpuEnabled: false, trapsDivisionByZero: false },
    onResetRequest: () => resetRequests++,
  });
  scb.reset();
  return {
    registers: registersOf(scb, OFFSETS),
    names: { BUS_FAULT, MEM_MANAGE, PEND_SV, SV_CALL, SYS_TICK },
    shows: {
      group: () => state.priorityGroup,
      resets: () => resetRequests,
      priority: number => state.priority(Number(number)),
      enabled: number => state.isEnabled(Number(number)),
    },
    acts: {
      enable: number => state.enable(Number(number), true),
      pend: number => state.pend(Number(number)),
      activate: number => state.activate(Number(number)),
    },
  };
}

scripts('the System Control Block (ARMv7-M ARM B3.2)', makeSystemControl)`
  tells that it is a Cortex-M4 r0p1 with an FPU and without an MPU:
    CPUID is 0x410fc241; MVFR0 is 0x10110021; MPU_TYPE is 0

  holds a vector table at multiples of 128:
    VTOR = 0x0801007f; VTOR is 0x08010000

  takes PRIGROUP and reset requests with the key only:
    AIRCR = 0x00000304; group is 0; resets is 0
    AIRCR = 0x05fa0300; group is 3; resets is 0; AIRCR is 0xfa050300; AIRCR = 0x05fa0304; resets is 1

  keeps the priorities of system handlers, written as half-words or words:
    SHPR2.high = 0x7000; SHPR3 = 0xf0e00000; priority SV_CALL is 0x70; priority PEND_SV is 0xe0
    priority SYS_TICK is 0xf0; SHPR2 is 0x70000000; SHPR3 is 0xf0e00000

  enables faults and shows pending and active handlers in SHCSR:
    SHCSR = 1 << 17; enabled BUS_FAULT is true; enabled MEM_MANAGE is false
    pend SV_CALL; activate SYS_TICK; SHCSR is 1 << 17 | 1 << 15 | 1 << 11

  shows what is pending and active in ICSR, and takes requests for SysTick there:
    ICSR = 1 << 26; ICSR is 1 << 26 | SYS_TICK << 12; activate SYS_TICK; ICSR is 1 << 11 | SYS_TICK
    enable 20; pend 20; ICSR is 1 << 11 | SYS_TICK | 1 << 22 | 20 << 12
`;
