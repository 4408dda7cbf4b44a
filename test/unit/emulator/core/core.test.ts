import { it } from 'vitest';
import { play, scripts } from '../kit/register-script.ts';
import { makeProgram } from './program.ts';

const make = () => makeProgram().stage;

scripts('the run of a core', make)`
  the run of a core counts its instructions exactly, also while one of them executes:
    // 1: nop, ldr r0, [r1], nop, b 1b
    device answering; flash 0 0xbf00 0x6808 0xbf00 0xe7fb; r1 = 0x40000000; run 10; run 3; executed is 13; bus is 1 5 9

  the run of a core ends behind the instruction that stopped it, and is counted so:
    // str r0, [r1], nop, nop
    device stopping; flash 0 0x6008 0xbf00 0xbf00; r1 = 0x40000000; run 3; executed is 1; PC is F + 2
    run 1; executed is 2; PC is F + 4

  the run of a core ends where the PC becomes an EXC_RETURN:
    // bx lr
    flash 0 0x4770; LR = 0xfffffff9; run 10; executed is 1; PC is 0xfffffff8

  a fault leaves the PC at the instruction, and does not count it:
    // nop, ldr r0, [r1]
    flash 0 0xbf00 0x6808; r1 = 0x40000000; fault 5 is data-bus at 40000000; executed is 1; PC is F + 2

  an unknown instruction of 32 bits is named in the fault:
    flash 0 0xfb80 0x0050; message 1 is undefined-instruction at 08000000: fb800050

  the flash answers at address 0, too, and code there knows its own address:
    // adr r0, .+4, ldr r1, [pc, #0], .word
    flash 0 0xa000 0x4900 0x5678 0x1234; PC = 0; run 2; r0 is 4; r1 is 0x12345678; PC is 4
    PC = F; run 2; r0 is F + 4; PC is F + 4

  flash code changes where it is told to forget it:
    // movs r0, movs r1
    flash 0 0x2001 0x2101; run 2; flash 0 0x2002 0x2102; PC = F; run 2; r0 is 1; r1 is 1
    forget F 4; PC = F; run 2; r0 is 2; r1 is 2

  code at the alias of the flash is forgotten by its address in the flash:
    flash 0 0x2001; PC = 0; run 1; r0 is 1; flash 0 0x2002; forget F 2; PC = 0; run 1; r0 is 2

  stop does nothing outside of a run:
    flash 0 0xbf00 0xbf00; stop; run 2; stop; executed is 2

  code in RAM changes when it is written:
    // movs r0, #1, strh r2, [r3], movs r1, #1, over which goes movs r1, #9
    ram 0 0x2001 0x801a 0x2101; r2 = 0x2109; r3 = R + 4; PC = R; run 3; r0 is 1; r1 is 9; PC is R + 6
`;

it.each(['10000000', '40000000', '60000000', 'e0000000'])(
  'code cannot run at %s, where there is no memory',
  at => {
    // bx r0
    play(make(), `flash 0 0x4700; r0 = 0x${at} + 1; fault 2 is instruction-bus at ${at}; PC is 0x${at}`);
  },
);

/** Corners that the random trials of lockstep/digests.test.ts hardly meet. */
it.each([
  [
    'sdiv r0, r1, r2 of the smallest number and -1',
    '0xfb91 0xf0f2',
    'r1 = 0x80000000; r2 = -1',
    'r0 is 0x80000000',
  ],
  ['udiv r0, r1, r2 by 0', '0xfbb1 0xf0f2', 'r1 = 7; r2 = 0', 'r0 is 0'],
  ['bfc r0, #0, #32', '0xf36f 0x001f', 'r0 = -1', 'r0 is 0'],
  ['mov.w r8, sp', '0xea4f 0x080d', 'SP = 0x20000100', 'r8 is 0x20000100'],
  ['rors r0, r1 by 0', '0x41c8', 'r0 = 1; r1 = 0x100; CARRY = 1', 'r0 is 1; CARRY is 1'],
  ['lsl.w r0, r1, r2 by 31', '0xfa01 0xf002', 'r1 = 1; r2 = 31', 'r0 is 0x80000000'],
  ['lsl.w r0, r1, r2 by 32', '0xfa01 0xf002', 'r1 = -1; r2 = 32', 'r0 is 0'],
  ['lsr.w r0, r1, r2 by 31', '0xfa21 0xf002', 'r1 = -1; r2 = 31', 'r0 is 1'],
  ['lsr.w r0, r1, r2 by 32', '0xfa21 0xf002', 'r1 = -1; r2 = 32', 'r0 is 0'],
  ['lsls r0, r1 by 31', '0x4088', 'r0 = 3; r1 = 31', 'r0 is 0x80000000; CARRY is 1'],
  ['lsls r0, r1 by 32', '0x4088', 'r0 = 1; r1 = 32', 'r0 is 0; CARRY is 1'],
  ['lsls r0, r1 by 33', '0x4088', 'r0 = -1; r1 = 33; CARRY = 1', 'r0 is 0; CARRY is 0'],
  ['lsrs r0, r1 by 31', '0x40c8', 'r0 = 0xc0000000; r1 = 31', 'r0 is 1; CARRY is 1'],
  ['lsrs r0, r1 by 32', '0x40c8', 'r0 = 0x80000000; r1 = 32', 'r0 is 0; CARRY is 1'],
  ['lsrs r0, r1 by 33', '0x40c8', 'r0 = -1; r1 = 33; CARRY = 1', 'r0 is 0; CARRY is 0'],
  ['msr basepri_max, r0 from none', '0xf380 0x8812', 'r0 = 0x80', 'BASEPRI is 0x80'],
  ['msr basepri_max, r0 to a higher one', '0xf380 0x8812', 'r0 = 0x40; BASEPRI = 0x80', 'BASEPRI is 0x40'],
  ['msr basepri_max, r0 to a lower one', '0xf380 0x8812', 'r0 = 0x80; BASEPRI = 0x40', 'BASEPRI is 0x40'],
  ['msr basepri_max, r0 to none', '0xf380 0x8812', 'r0 = 0; BASEPRI = 0x40', 'BASEPRI is 0x40'],
])('%s does what the manual says', (_, halves, before, after) =>
  play(make(), `flash 0 ${halves}; ${before}; run 1; ${after}`),
);

// cmp r0, #0; it eq; moveq r1, #9
const BLOCK = '0x2800 0xbf08 0x2109';
// itete eq; addeq r0, #1; addne r0, #2; addeq r1, #1; addne r1, #2
const ITETE = '0xbf0b 0x3001 0x3002 0x3101 0x3102';

scripts('IT blocks in RAM', make)`
  keep their conditions where an interrupt runs the same code in between:
    ram 0 ${BLOCK}; PC = R; r0 = 1; run 2; PC = R; run 3; PC = R + 4; run 1; r1 is 0

  leave no condition behind a shorter block with the same IT:
    // The two instructions behind itt eq are of 32 bits first, and of 16 bits then.
    ram 0 0x2800 0xbf04 0xf04f 0x0109 0xf04f 0x0209; PC = R; r0 = 1; run 4
    ram 0 0x2800 0xbf04 0x2109 0x2209 0x2303; PC = R; run 5; r1 is 0; r2 is 0; r3 is 3

  leave no condition to other code in their place:
    // nop, movs r1, #9
    ram 0 ${BLOCK}; PC = R; r0 = 1; run 2; ram 2 0xbf00 0x2109; PC = R + 2; run 2; r1 is 9

  execute each instruction under its condition, also when it changes, and none for one that takes its place:
    ram 0 ${ITETE}; NZ = 0; PC = R; run 5; r0 is 1; r1 is 1
    r0 = 0; r1 = 0; NZ = 1; PC = R; run 5; r0 is 2; r1 is 2; ram 0 0xbf00 0x2009; NZ = 1; PC = R; run 2; r0 is 9
`;

scripts('IT blocks in flash', make)`
  hold their conditions when a run begins in their middle:
    flash 0 ${ITETE}; NZ = 0; run 2; run 1; r0 is 1; PC is F + 6

  give their conditions to an instruction that was decoded before its IT:
    flash 0 ${ITETE}; PC = F + 2; run 1; r0 = 0; PC = F; NZ = 1; run 5; r0 is 2; r1 is 2

  lose their conditions with the code that is forgotten:
    flash 0 ${ITETE}; run 5; flash 2 0x2007 0x2107; forget F 6; PC = F + 2; run 2; r0 is 7; r1 is 7

  fix their conditions again where they reach into forgotten code:
    flash 0 ${ITETE}; run 5; forget F+4 100; PC = F; r0 = 0; r1 = 0; NZ = 0; run 5; r0 is 1; r1 is 1
`;

scripts('a branch to an even address', make)`
  bx r0 to an even address faults there:
    flash 0 0x4700; r0 = F + 0x20; fault 1 is invalid-state at 8000020; PC is F + 0x20

  blx r0 to an even address faults there, after it has kept its own address:
    flash 0 0x4780; r0 = F + 0x20; fault 1 is invalid-state at 8000020; PC is F + 0x20; LR is F + 3

  ldr pc, [r1], #4 to an even address faults there, after it has moved its base:
    flash 0 0xf851 0xfb04; r1 = R; store R F+0x20; fault 1 is invalid-state at 8000020; PC is F + 0x20; r1 is R + 4

  pop {r0, pc} to an even address faults there, after it has done the rest:
    flash 0 0xbd01; SP = R; store R 7; store R+4 F+8; fault 1 is invalid-state at 8000008; r0 is 7; SP is R + 8; PC is F + 8
`;

scripts('stores and exclusive accesses', make)`
  writes to the flash go to the bus:
    // str r0, [r1], strh r0, [r1], strb r0, [r1]
    device answering; flash 0 0x6008 0x8008 0x7008; r0 = 0x87654321; r1 = F + 0x100; run 3
    bus is 87654321/4@8000100 4321/2@8000100 21/1@8000100; inFlash 0x100 is 0

  an exclusive store succeeds once after a load of the same address:
    // ldrex r0, [r1], strex r2, r3, [r1], strex r4, r3, [r1]
    flash 0 0xe851 0x0f00 0xe841 0x3200 0xe841 0x3400; r1 = DATA; r3 = 5; run 3; r2 is 0; r4 is 1; load DATA is 5
`;

it.each([
  ['ldmia r1!, {r0, r2}', '0xc905'],
  ['stmia r1!, {r0, r2}', '0xc105'],
  ['ldrd r0, r2, [r1]', '0xe9d1 0x0200'],
  ['strd r0, r2, [r1]', '0xe9c1 0x0200'],
  ['ldrex r0, [r1]', '0xe851 0x0f00'],
  ['strex r0, r2, [r1]', '0xe841 0x2000'],
])('%s refuses an address that is no multiple of four', (_, halves) =>
  play(
    make(),
    `flash 0 ${halves}; r1 = DATA + 2; fault 1 is unaligned at 20000102; r0 is 0; r1 is DATA + 2; PC is F`,
  ),
);

it.each([
  // The first words of the longer ones still lie in RAM.
  ['ldr r0, [r1], #4', '0xf851 0x0b04', 0],
  ['ldr r0, [r1, #4]!', '0xf851 0x0f04', 4],
  ['str r0, [r1], #4', '0xf841 0x0b04', 0],
  ['ldmia r1, {r0, r1, r2}', '0xc907', 8],
  ['ldmia r1!, {r0, r2}', '0xc905', 4],
  ['stmia r1!, {r0, r2}', '0xc105', 4],
  ['ldrd r0, r2, [r1], #8', '0xe8f1 0x0202', 0],
])('%s leaves its base where nothing answers', (_, halves, before) => {
  const base = `R + 0x1000 - ${before}`;
  play(make(), `flash 0 ${halves}; r1 = ${base}; fault 1 is data-bus at 20001000; r1 is ${base}; PC is F`);
});

scripts('special registers', make)`
  MRS reads CONTROL:
    flash 0 0xf3ef 0x8014; CONTROL = 6; run 1; r0 is 6

  MSR BASEPRI keeps its four bits:
    flash 0 0xf380 0x8811; r0 = 0xffffff5a; run 1; BASEPRI is 0x50

  FAULTMASK cannot be set in NMI and HardFault by MSR and CPSID, but be cleared by CPSIE:
    flash 0 0xf380 0x8813 0xb671 0xb661; r0 = 1; IPSR = 2; run 1; FAULTMASK is 0; run 1; FAULTMASK is 0
    PC = F; IPSR = 3; run 1; FAULTMASK is 0; run 1; FAULTMASK is 0; FAULTMASK = 1; run 1; FAULTMASK is 0

  CONTROL changes the stack in thread mode:
    flash 0 0xf380 0x8814; r0 = 2; SP = 0x20000100; OTHER_SP = 0x20000200; run 1
    SP is 0x20000200; OTHER_SP is 0x20000100; CONTROL is 2

  CONTROL changes no stack in a handler:
    flash 0 0xf380 0x8814; r0 = 2; IPSR = 15; SP = 0x20000100; OTHER_SP = 0x20000200; run 1
    SP is 0x20000100; OTHER_SP is 0x20000200; CONTROL is 0
`;

it.each([
  ['cpsie i', '0xb662', 2, '0'],
  ['cpsie f', '0xb661', 2, '0'],
  ['msr primask, r0', '0xf380 0x8810', 4, '0'],
  ['msr basepri, r0', '0xf380 0x8811', 4, '0'],
  ['wfi', '0xbf30', 2, 'FOR_INTERRUPT'],
  ['wfi.w', '0xf3af 0x8003', 4, 'FOR_INTERRUPT'],
  ['wfe', '0xbf20', 2, 'FOR_EVENT'],
  ['svc #5', '0xdf05', 2, '0'],
])('%s ends the run behind it', (_, halves, bytes, asleep) =>
  play(
    make(),
    `flash 0 ${halves} 0xbf00 0xbf00; run 3; executed is 1; PC is F + ${bytes}; ASLEEP is ${asleep}`,
  ),
);

it.each([
  ['bkpt #3', '0xbe03', 'breakpoint'],
  ['udf #7', '0xde07', 'undefined-instruction'],
  ['udf.w #7', '0xf7f0 0xa007', 'undefined-instruction'],
  ['mrc p15, 0, r0, c0, c0, 0', '0xee10 0x0f10', 'no-coprocessor'],
  ['an IT that begins with the code of no condition', '0xbff8', 'undefined-instruction'],
  ['ldmia r0, {r1, sp}, which is unpredictable', '0xe890 0x2002', 'undefined-instruction'],
  // vmov s3, r0
  ['a floating-point instruction while the unit is disabled', '0xee01 0x0a90', 'no-coprocessor'],
])('%s faults at its own address', (_, halves, kind) =>
  play(make(), `flash 0 ${halves}; fault 1 is ${kind} at 8000000; PC is F; CONTROL is 0`),
);

scripts('events, calls and the floating-point unit', make)`
  WFE consumes an event that SEV has left, and sleeps the next time:
    flash 0 0xbf40 0xbf20 0xbf20; run 2; ASLEEP is 0; EVENT is 0; PC is F + 4; run 1; ASLEEP is FOR_EVENT

  SVC calls the exceptions with the PC behind it:
    flash 0 0xdf05; run 1; calledAt is F + 2

  the first floating-point instruction makes the unit part of the context, once:
    fpu; flash 0 0xee01 0x0a90 0xee01 0x0a90; run 2; contexts is 0; CONTROL is 4

  floating-point arithmetic, such as vadd.f32, is refused by a clear text:
    fpu; flash 0 0xee30 0x0a81; message 1 is undefined-instruction at 08000000: floating-point arithmetic is not modelled
`;
