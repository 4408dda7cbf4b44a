import { scripts } from '../kit/register-script.ts';
import { code as codeOf, logging, MAIN, machineStage, RAISE, SPIN } from './machine.ts';

/** MAIN spins; interrupts 0 to 2 log 1 to 3. */
const LOGGING = {
  code: { [MAIN]: [SPIN], 512: logging(1), 544: logging(2), 576: logging(3), 608: logging(8) },
  vectors: { 14: 0x261, 16: 0x201, 17: 0x221, 18: 0x241 },
};

/** A handler that raises interrupt 1 and logs 1, then logs 3. */
const RAISING = codeOf(`
  b500 PUSH {LR}; 2101 MOVS r1, #1; 0789 LSLS r1, r1, #30; 2001 MOVS r0, #1; 6008 STR r0, [r1]
  6048 STR r0, [r1, #4]; 2003 MOVS r0, #3; 6008 STR r0, [r1]; bd00 POP {PC}`);

const CLEARS_THUMB = codeOf(`
  9807 LDR r0, [sp, #28]; 2101 MOVS r1, #1; 0609 LSLS r1, r1, #24; 4388 BICS r0, r1
  9007 STR r0, [sp, #28]; 4770 BX LR`);

/** Beside that, what stands at an address. */
const make = (
  code: Readonly<Record<number, readonly number[]>> = {},
  vectors: Readonly<Record<number, number>> = {},
) => {
  return () =>
    machineStage({ code: { ...LOGGING.code, ...code }, vectors: { ...LOGGING.vectors, ...vectors } }).stage;
};

scripts('exception entry and return (ARMv7-M ARM B1.5.6, B1.5.8)', make())`
  push eight words and load them again:
    r0 = 1; r1 = 2; r2 = 3; r3 = 4; r12 = 12; LR = 0x55; NZ = -1; enable 0 0x80; raise 0 10; run 22
    words STACK-32 8 is 1 2 3 4 c 55 100 81000000; PC is 0x200; SP is STACK - 32; IPSR is 16; LR is 0xfffffff9
    NZ = 0; lower 0 23; run 60; log is 1@25; PC is MAIN; SP is STACK; IPSR is 0; LR is 0x55
    r0 is 1; r1 is 2; r2 is 3; r3 is 4; r12 is 12; NZ is -1

  move the frame to a multiple of 8 and back if CCR.STKALIGN is set (B1.5.7):
    CCR = 0x200; SP = STACK - 4; NZ = 1; enable 0 0; raise 0 1; lower 0 2; run 14
    SP is STACK - 40; words STACK-12 1 is 1000200; run 100; SP is STACK - 4; values is 1

  leave the frame where it is if CCR.STKALIGN is clear (B1.5.7):
    CCR = 0; SP = STACK - 4; NZ = 1; enable 0 0; raise 0 1; lower 0 2; run 14
    SP is STACK - 36; words STACK-8 1 is 1000000; run 100; SP is STACK - 4; values is 1

  push S0 to S15 and FPSCR, too, where a program has used them (B1.5.7):
    setSingles 0 16 1000; setSingles 16 16 7; FPSCR = 0x123; CONTROL = 4; enable 0 0; raise 0 1; lower 0 2; run 14
    SP is STACK - 0x68; LR is 0xffffffe9; CONTROL is 0; FPCAR is STACK - 0x48
    words STACK-0x48 3 is 3e8 3e9 3ea; words STACK-12 2 is 3f7 123; setSingles 0 16 0; run 100
    singles 0 16 is 1000 1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014 1015
    singles 16 2 is 7 8; SP is STACK; FPSCR is 0x123; CONTROL is 4

  use the process stack of a thread for the frame and the main stack for the handler:
    CONTROL = 2; SP = RAM + 0x400; OTHER_SP = STACK; enable 0 0; raise 0 1; lower 0 2; run 14
    SP is STACK; OTHER_SP is RAM + 0x3e0; LR is 0xfffffffd; CONTROL is 0
    run 100; SP is RAM + 0x400; OTHER_SP is STACK; CONTROL is 2
`;

scripts('exception return (ARMv7-M ARM B1.5.8)', make({ 512: CLEARS_THUMB }, { 3: 0x241 }))`
  faults where a handler has taken the Thumb bit from the frame (UFSR.INVSTATE):
    enable 0 0; raise 0 100; lower 0 101; run 150; faults is invalid-state at 100 in 3; values is 3
`;

scripts('priorities (ARMv7-M ARM B1.5.4)', make({ 512: RAISING }))`
  let a higher one preempt a handler:
    enable 0 0x80; enable 1 0x70; raise 0 1; lower 0 2; lower 1 60; run 200; values 2 is 1 2; last is 3

  let an equal or lower one wait for the return, and follow without a frame:
    enable 0 0x80; enable 1 0x80; raise 0 1; lower 0 2; lower 1 40; run 200; values 3 is 1 3 2; tailChained above 0

  let a lower one wait for the return, and follow without a frame:
    enable 0 0x80; enable 1 0x90; raise 0 1; lower 0 2; lower 1 40; run 200; values 3 is 1 3 2; tailChained above 0

  preempt by their group only:
    AIRCR = 0x05fa0700; enable 0 0x80; enable 1 0x70; raise 0 1; lower 0 2; lower 1 40; run 200; values 3 is 1 3 2
`;

scripts('masks of exceptions (ARMv7-M ARM B1.5.4)', make({}, { 2: 0x261 }))`
  PRIMASK keeps an interrupt out:
    PRIMASK = 1; enable 0 0x80; raise 0 10; lower 0 11; run 100; values is nothing

  FAULTMASK keeps an interrupt out:
    FAULTMASK = 1; enable 0 0x80; raise 0 10; lower 0 11; run 100; values is nothing

  BASEPRI keeps out what has its priority, and lets in what has a higher one:
    BASEPRI = 0x80; enable 0 0x80; raise 0 10; lower 0 11; run 100; values is nothing
    BASEPRI = 0x90; run 200; values is 1

  BASEPRI of 0 masks nothing:
    BASEPRI = 0; enable 0 0x80; raise 0 10; lower 0 11; run 100; values is 1

  PRIMASK and FAULTMASK let NMI through, which leaves them set:
    PRIMASK = 1; FAULTMASK = 1; request 0x80000000 5; run 100; values is 8; FAULTMASK is 1
`;

scripts('the order of exceptions that meet', make())`
  is by priority where one arrives while the frame of another is pushed (B1.5.11):
    enable 0 0x80; enable 1 0x40; raise 0 10; raise 1 15; lower 0 23; lower 1 23; run 200; values is 2 1
    late is 1; tailChained is 1; taken 16 is 1; taken 17 is 1

  costs 12 cycles to enter, 6 to go on to the next handler and 10 to return (Cortex-M4 TRM 3.9):
    enable 0 0; enable 1 0; raise 0 10; raise 1 10; lower 0 11; lower 1 11; run 10+12+5+6+5+10
    log is 1@25 2@36; PC is MAIN; now is 48; SP is STACK

  takes an interrupt again whose line is still high at the return (B3.4.1):
    enable 0 0; raise 0 10; lower 0 35; run 200; values is 1 1
`;

scripts('SVC (ARMv7-M ARM B1.5.13)', make({ [MAIN]: [0xdf2a /* SVC #42 */, SPIN] }, { 3: 0x241, 11: 0x201 }))`
  SVC goes on behind itself after its handler:
    run 13; words STACK-8 1 is 102; run 100; values is 1; PC is MAIN + 2

  an SVC that its priority does not let in is a HardFault:
    PRIMASK = 1; run 14; IPSR is 3; values is nothing
`;

scripts('PendSV (ARMv7-M ARM B1.5.13)', make())`
  PendSV waits for the interrupts with a higher priority, and is cleared by PENDSVCLR:
    enable 0 0x10; SHPR3 = 0x00ff0000; request 1<<28 10; raise 0 10; lower 0 11; run 100; values is 1 8
    PRIMASK = 1; ICSR = 1 << 28; ICSR is 1 << 28 | 14 << 12; ICSR = 1 << 27; ICSR is 0
`;

scripts(
  'an interrupt in the middle of a program',
  make({
    [MAIN]: [
      0x6008, // STR r0, [r1]
      0x1c52, // ADDS r2, r2, #1
      0x1c52,
      SPIN,
    ],
  }),
)`
  an interrupt is taken right after the instruction whose store has raised it:
    r1 = RAISE; enable 0 0; run 13; words STACK-32 7 is 0 ${RAISE.toString(16)} 0 0 0 ffffffff 102
`;
