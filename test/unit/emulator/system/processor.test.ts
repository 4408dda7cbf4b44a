import { scripts } from '../kit/register-script.ts';
import { code, logging, MAIN, machineStage, SPIN } from './machine.ts';

const make = (main: readonly number[], handler: readonly number[] = logging(1)) => {
  return () => machineStage({ code: { [MAIN]: main, 512: handler }, vectors: { 16: 0x201 } }).stage;
};

scripts('a processor', make([SPIN]))`
  begins with the stack and the address of its vector table (ARMv7-M ARM B1.5.5):
    PC is MAIN; SP is STACK

  stops at once where something halts it, and goes on after resume:
    haltAt 100; ran 1000 is halted; now is 100; ran 1000 is halted; now is 100; resume; ran 1000 is due; now is 1000

  runs slower with a slower clock, and counts its exceptions and its deepest frame:
    clock 21e6; enable 0 0; raise 0 400; lower 0 401; run 1000; log is 1@460; taken 16 is 1; deepest is STACK - 32
    instructions is (1000 - 4 * 22) / 4

  shows an interrupt that PRIMASK keeps out as pending:
    PRIMASK = 1; enable 0 0; raise 0 10; run 100; ICSR is 1 << 22 | 16 << 12
`;

scripts('a processor that resets itself', make([...code('b672 CPSID I; 6008 STR r0, [r1]'), SPIN]))`
  asks for a reset after the instruction that sets SYSRESETREQ, and forgets its masks:
    r0 = 0x05fa0004; r1 = 0xe000ed0c; BASEPRI = 0x40; CARRY = 1; run 2; resets is nothing; PRIMASK is 1
    run 3; resets is 2; BASEPRI is 0; CARRY is 0; IPSR is 0
`;

scripts(
  'a processor that stops its clock',
  make(
    [SPIN],
    code('2000 MOVS r0, #0; 2101 MOVS r1, #1; 0789 LSLS r1, r1, #30; 6108 STR r0, [r1, #16]; 4770 BX LR'),
  ),
)`
  executes nothing more once an instruction has stopped its clock, and time goes on:
    enable 0 0; raise 0 100; lower 0 101; run 1000; PC is 520; now is 1000
    clock 84e6; run 1050; PC is MAIN; now is 1050
`;
