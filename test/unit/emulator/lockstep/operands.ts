import { fieldsOf, fits, type Pattern, patternOf } from './pattern.ts';

/** Registers of an instruction that need certain values for it to do something useful. */
export interface Operands {
  /** Holds an address in memory. */
  readonly base?: number;
  /** Whether that is a multiple of four, without which the instruction faults (ARMv7-M ARM A3.2.1). */
  readonly isAligned?: boolean;
  /** Whether it may be a device's. */
  readonly mayBeDevice?: boolean;
  /** Holds a small number that is added to the base. */
  readonly index?: number;
  /** Holds the address of an instruction. */
  readonly target?: number;
  /** Becomes the flags of APSR. */
  readonly flags?: number;
  /** Becomes BASEPRI: the chip has four bits of it (RM0368 §10.1), Unicorn eight. */
  readonly mask?: number;
  /** Becomes CONTROL. */
  readonly control?: number;
  /** Whether it depends on the mode and on privileges: MSR, MRS, CPS. */
  readonly isPrivileged?: boolean;
}

/** How an encoding addresses memory: its fields `n` and `m` are the base and the index, if it has them. */
interface Addressing {
  readonly pattern: Pattern;
  readonly isAligned: boolean;
  readonly mayBeDevice: boolean;
}

const addressing = (bits: string, isAligned = false, mayBeDevice = true): Addressing => ({
  pattern: patternOf(bits),
  isAligned,
  mayBeDevice,
});

const ADDRESSING: readonly Addressing[] = [
  addressing('0101 xxx mmm nnn xxx'),
  addressing('011 xxxxxxx nnn xxx'),
  addressing('1000 xxxxxx nnn xxx'),
  addressing('1100 x nnn xxxxxxxx', true),
  addressing('111010001101 nnnn xxxx xxxx 000 x mmmm'),
  // Unicorn reads a device before an exclusive store.
  addressing('11101000010 x nnnn xxxxxxxxxxxxxxxx', true, false),
  addressing('11101000110 x nnnn xxxxxxxxxxxxxxxx', true, false),
  addressing('1110100 xxxxx nnnn xxxxxxxxxxxxxxxx', true),
  addressing('1111100 x 0 xx x nnnn xxxx 000000 xx mmmm'),
  addressing('1111100 xxxxx nnnn xxxxxxxxxxxxxxxx'),
  // Unicorn splits doubles for devices in ways of its own.
  addressing('1110110 xxxxx nnnn xxxx 1011 xxxxxxxx', true, false),
  addressing('1110110 xxxxx nnnn xxxxxxxxxxxxxxxx', true),
];

const BRANCH_TO_REGISTER = patternOf('01000111 x mmmm 000');
/** Registers that MSR moves to a special register. */
const MOVED = [
  { role: 'flags', pattern: patternOf('111100111000 nnnn 1000 xx 00 000000 xx') },
  { role: 'mask', pattern: patternOf('111100111000 nnnn 1000 xx 00 000100 xx') },
  { role: 'control', pattern: patternOf('111100111000 nnnn 1000 xx 00 00010100') },
] as const;

const PRIVILEGED = [
  '111100111 00 xxxxx 1000 xxxx xxxxxxxx',
  '111100111 11 xxxxx 1000 xxxx xxxxxxxx',
  '10110110011 xxxxx',
].map(patternOf);

/** Returns the roles of the registers of an instruction. */
export function operandsOf(word: number): Operands {
  if (fits(BRANCH_TO_REGISTER, word)) {
    const { m = 0 } = fieldsOf(BRANCH_TO_REGISTER, word);
    return { target: m };
  }
  const moved = MOVED.find(({ pattern }) => fits(pattern, word));
  const isPrivileged = PRIVILEGED.some(pattern => fits(pattern, word));
  if (moved) return { isPrivileged, [moved.role]: fieldsOf(moved.pattern, word).n };
  if (isPrivileged) return { isPrivileged };
  const found = ADDRESSING.find(({ pattern }) => fits(pattern, word));
  if (!found) return {};
  const { n = 0, m } = fieldsOf(found.pattern, word);
  const { isAligned, mayBeDevice } = found;
  return { base: n, isAligned, mayBeDevice, ...(m === undefined ? {} : { index: m }) };
}
