import { ALWAYS } from './conditions.ts';
import { ProcessorFault } from './fault.ts';
import { type DecodeContext, type Executor, form } from './form.ts';
import { ASLEEP, EVENT, FOR_EVENT, FOR_INTERRUPT, PC, PRIMASK } from './places.ts';
import { readSpecial, setFaultMask, writeSpecial } from './special-registers.ts';
import { isPrivileged } from './status.ts';

function nothing({ next }: DecodeContext): Executor {
  return () => next;
}

function waitForInterrupt({ r, next, controls }: DecodeContext): Executor {
  return () => {
    r[ASLEEP] = FOR_INTERRUPT;
    controls.stop();
    return next;
  };
}

/** Sleeps unless an event has happened since the last time (ARMv7-M ARM B1.5.18). */
function waitForEvent({ r, next, controls }: DecodeContext): Executor {
  return () => {
    if (r[EVENT] === 0) {
      r[ASLEEP] = FOR_EVENT;
      controls.stop();
    }
    r[EVENT] = 0;
    return next;
  };
}

function sendEvent({ r, next }: DecodeContext): Executor {
  return () => {
    r[EVENT] = 1;
    return next;
  };
}

const WFE = 2;
const WFI = 3;
const SEV = 4;

/** The other hints, NOP and YIELD among them, do nothing. */
function hint(at: DecodeContext, number: number): Executor {
  if (number === WFE) return waitForEvent(at);
  if (number === WFI) return waitForInterrupt(at);
  return number === SEV ? sendEvent(at) : nothing(at);
}

/** The conditions of the instructions behind an IT (ARMv7-M ARM A7.7.38): the first, and one for each bit of the mask. */
function conditionsOf(first: number, mask: number): number[] {
  const conditions = [first];
  for (let rest = mask; (rest & 7) !== 0; rest = (rest << 1) & 15) {
    conditions.push((first & 14) | (rest >>> 3));
  }
  return conditions;
}

/** CPS: sets or clears PRIMASK and FAULTMASK. A cleared mask may let an interrupt in. */
function changeMasks({ r, next, controls }: DecodeContext, isSet: number, i: number, f: number): Executor {
  return () => {
    if (isPrivileged(r)) {
      if (i === 1) r[PRIMASK] = isSet;
      if (f === 1) setFaultMask(r, isSet);
      if (isSet === 0) controls.stop();
    }
    return next;
  };
}

function undefinedInstruction({ pc }: DecodeContext): Executor {
  return () => {
    throw new ProcessorFault('undefined-instruction', pc, 'UDF');
  };
}

/** Hints, barriers, special registers and calls of the system (ARMv7-M ARM A5.2.5, A5.3.4). */
export const systemForms = [
  form('NOP, YIELD, WFE, WFI, SEV T1', '10111111 hhhh 0000', ({ h }, at) => hint(at, h)),
  form('IT', '10111111 cccc mmmm', ({ c, m }, at) => {
    const isInvalid = c > ALWAYS || (c === ALWAYS && (m & (m - 1)) !== 0);
    return isInvalid ? undefined : at.conditionsBehind(conditionsOf(c, m));
  }),
  form('CPS', '10110110011 m 00 i f', ({ m, i, f }, at) => changeMasks(at, m, i, f)),
  form('BKPT', '10111110 iiiiiiii', ({ i }, { pc }) => () => {
    throw new ProcessorFault('breakpoint', pc, `BKPT ${i}`);
  }),
  form('UDF T1', '11011110 iiiiiiii', (_, at) => undefinedInstruction(at)),
  form('SVC', '11011111 iiiiiiii', (_, { r, next, controls }) => () => {
    r[PC] = next;
    controls.onSupervisorCall();
    controls.stop();
    return next;
  }),
  form('NOP, YIELD, WFE, WFI, SEV, DBG T2', '111100111010 1111 10000000 hhhhhhhh', ({ h }, at) =>
    hint(at, h),
  ),
  form('DSB', '111100111011 1111 1000 1111 0100 xxxx', (_, at) => nothing(at)),
  form('DMB', '111100111011 1111 1000 1111 0101 xxxx', (_, at) => nothing(at)),
  form('ISB', '111100111011 1111 1000 1111 0110 xxxx', (_, at) => nothing(at)),
  form('UDF T2', '111101111111 iiii 1010 iiiiiiiiiiii', (_, at) => undefinedInstruction(at)),
  form(
    'MSR',
    '111100111000 nnnn 1000 mm 00 ssssssss',
    ({ n, m, s }, { r, next, controls }) =>
      () => {
        writeSpecial(r, s, m, r[n] ?? 0);
        controls.stop();
        return next;
      },
    'n',
  ),
  form(
    'MRS',
    '111100111110 1111 1000 dddd ssssssss',
    ({ d, s }, { r, next }) =>
      () => {
        r[d] = readSpecial(r, s);
        return next;
      },
    'd',
  ),
];
