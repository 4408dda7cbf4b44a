import { describeFault } from '@passfob/emulator/system/fault-report';
import { expect, it } from 'vitest';
import { play, scripts } from '../kit/register-script.ts';
import { logging, MAIN, machineStage, SPIN } from './machine.ts';

const HANDLERS = { 512: logging(3), 544: logging(5), 576: logging(6), 608: [SPIN] };
const UDF = 0xde00;
const SVC = 0xdf00;
/** MOV.W r0, #0x60000000; LDR r1, [r0] */
const LOAD_FROM_NOWHERE = [0xf04f, 0x40c0, 0x6801, SPIN];
/** MemManage is not enabled; HardFault spins, BusFault logs 5 and UsageFault 6. */
const VECTORS = { 3: 0x261, 5: 0x221, 6: 0x241, 11: 0x201 };
/** SHCSR: BusFault and UsageFault enabled. */
const ENABLED = (1 << 17) | (1 << 18);

const make = (main: readonly number[], vectors: Readonly<Record<number, number>> = {}) => {
  return () => {
    const { stage } = machineStage({
      code: { ...HANDLERS, [MAIN]: main },
      vectors: { ...VECTORS, ...vectors },
    });
    return { ...stage, names: { ...stage.names, ENABLED, FORCED: 1 << 30 } };
  };
};

scripts('a fault of an undefined instruction (ARMv7-M ARM B1.5.14)', make([0xbf00, UDF]))`
  an undefined instruction is a UsageFault with the address of the instruction:
    SHCSR = ENABLED; run 14; IPSR is 6; CFSR is 1 << 16; HFSR is 0; words STACK-8 1 is 102

  a fault that is not enabled is a HardFault:
    run 100; IPSR is 3; CFSR is 1 << 16; HFSR is FORCED; faults is undefined-instruction at 102 in 3

  a fault that a mask does not let in is a HardFault:
    SHCSR = ENABLED; PRIMASK = 1; run 100; IPSR is 3; CFSR is 1 << 16; HFSR is FORCED
    faults is undefined-instruction at 102 in 3
`;

scripts('a fault of the bus (ARMv7-M ARM B1.5.14)', make(LOAD_FROM_NOWHERE))`
  a load from nowhere is a BusFault with the address in BFAR:
    SHCSR = ENABLED; run 14; IPSR is 5; CFSR is 0x8200; BFAR is 0x60000000; CFSR = 0x8000; CFSR is 0x200
`;

scripts('a fault in HardFault (ARMv7-M ARM B1.5.14)', make([UDF], { 3: 0x101 }))`
  a fault in HardFault locks the processor up until a reset, while time goes on:
    ran 1000 is due; lockedUp is true; now is 1000; instructions is 0
    faults is undefined-instruction at 100 in 3, undefined-instruction at 100 in 0; reset; lockedUp is false; PC is MAIN
`;

scripts('faults of exceptions (ARMv7-M ARM B1.5)', make([SVC]))`
  a frame that does not fit on the stack is a fault of the stack, and HardFault itself runs (B1.5.6, STKERR):
    SP = 0x10000010; run 100; CFSR is 1 << 12; IPSR is 3; lockedUp is false

  an invalid return is a UsageFault where 0xFFFFFFF0 is none (B1.5.8, INVPC):
    SHCSR = ENABLED; run 13; LR = 0xffffffe1; words STACK-4 1 is 1000000; setWord STACK-4 0x1000004
    run 60; CFSR is 1 << 18; values 2 is 3 6

  an invalid return is a UsageFault where no handler lies below (B1.5.8, INVPC):
    SHCSR = ENABLED; run 13; LR = 0xfffffff1; setWord STACK-4 0x1000004; run 60; CFSR is 1 << 18; values 2 is 3 6

  an invalid return is a UsageFault where its frame is one of a handler (B1.5.8, INVPC):
    SHCSR = ENABLED; run 13; LR = 0xfffffff9; setWord STACK-4 0x1000004; run 60; CFSR is 1 << 18; values 2 is 3 6
`;

scripts('a handler at an even address (ARMv7-M ARM B1.5.5)', make([SVC], { 11: 0x200 }))`
  a handler at an even address is a fault of its first instruction:
    run 100; IPSR is 3; CFSR is 1 << 17
`;

scripts('an EXC_RETURN outside exceptions', make([0x4770 /* BX LR */]))`
  a jump to an EXC_RETURN outside exceptions finds no instruction:
    LR = 0xfffffff9; run 100; IPSR is 3; CFSR is 1 << 8
`;

scripts('the floating-point unit', make([0xee00, 0x0a10, SPIN]))`
  VMOV S0, r0 of a floating-point unit that CPACR denies is a UsageFault (B1.5.7, NOCP):
    run 100; CFSR is 1 << 19; reset; CPACR = 0x00f00000; FPDSCR = 0x00c00000; run 200; PC is MAIN + 4; CONTROL has 4
`;

scripts('SDIV r0, r1, r2', make([0xfb91, 0xf0f2, SPIN]))`
  a division by zero gives 0, or is a UsageFault if CCR.DIV_0_TRP asks for it:
    r1 = 7; run 100; r0 is 0; CFSR is 0; reset; CCR = 0x210; run 200; CFSR is 1 << 25
`;

it('the report of a fault says where the processor was', () => {
  const { machine, stage } = machineStage({
    code: { ...HANDLERS, [MAIN]: LOAD_FROM_NOWHERE },
    vectors: VECTORS,
  });
  play(stage, 'r7 = 0x777; CONTROL = 0; SP = STACK - 8; setWord STACK-8 0x11223344; run 100');
  const [report] = machine.processor.faults;
  expect(report && describeFault(report)).toBe(
    `
HardFault: data-bus at 60000000
  pc 00000104  lr ffffffff  sp 20000ff8  xpsr 01000000
  r0 to r12
    60000000 00000000 00000000 00000000 00000000 00000000 00000000 00000777
    00000000 00000000 00000000 00000000 00000000
  stack
    11223344 00000000`.trim(),
  );
});
