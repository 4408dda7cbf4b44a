import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { ROWS_BEYOND } from './beyond-oracle.ts';
import { operandsOf } from './operands.ts';
import { fits, halvesOf, patternOf } from './pattern.ts';
import { randomState } from './random-state.ts';
import { type InstructionSource, type InstructionTrial, slotAt } from './trials.ts';

/** The condition that always holds (ARMv7-M ARM A7.3). */
const ALWAYS = 14;

/** Instructions that may not stand in an IT block at all (ARMv7-M ARM A7.3.3). */
const NEVER = [
  '10111111 xxxxxxxx', // IT, and the hints, some of which sleep
  '1011 x 0 x 1 xxxxxxxx', // CBZ, CBNZ
  '1101 xxxx xxxxxxxx', // B T1, SVC, UDF
  '10111110 xxxxxxxx', // BKPT
  '10110110011 xxxxx', // CPS
  '11110 xxxxxxxxxxx 10 x 0 xxxxxxxxxxxx', // B T3, MSR, MRS, barriers, hints
].map(patternOf);

/** Instructions that may change the PC, and may stand only at the end (ARMv7-M ARM A7.3.3). */
const BRANCHES = [
  '11100 xxxxxxxxxxx',
  '01000111 xxxxxxxx',
  '010001 xx 1 xxxx 111',
  '10111101 xxxxxxxx',
  '11110 xxxxxxxxxxx 1 xx 1 xxxxxxxxxxxx',
  '111010001101 xxxx 11110000 xxxxxxxx',
  '1110100 xx 0 x 1 xxxx 1 xxxxxxxxxxxxxxx',
  '1111100 xxxxx xxxx 1111 xxxxxxxxxxxx',
].map(patternOf);

/** Exclusive stores depend on what went before. */
const EXCLUSIVE = ['11101000010 xxxxx xxxx xxxx xxxxxxxx', '11101000110 xxxxx xxxx 1111 01 xxxxxx'].map(
  patternOf,
);

/** Unicorn keeps the low bits of SP, which the manual says are zero (ARMv7-M ARM B1.4.1). */
const TO_STACK_POINTER = [
  '010001 x 0 1 xxxx 101',
  '11110 x 10 x 0 x 0 xxxx 0 xxx 1101 xxxxxxxx',
  '1111100 x x 10 1 xxxx 1101 xxxxxxxxxxxx',
  '1111100 xxxxx 1101 xxxx 1 xx 1 xxxxxxxx', // a write-back
].map(patternOf);

/** Unicorn writes a double word byte by byte where its address is no multiple of eight. */
const DOUBLE_WORDS = ['11101101 xxxx xxxx xxxx 1011 xxxxxxxx'].map(patternOf);

function mayStand(word: number, isLast: boolean): boolean {
  const isOneOf = (patterns: typeof NEVER): boolean => patterns.some(pattern => fits(pattern, word));
  const isRefused = [NEVER, EXCLUSIVE, TO_STACK_POINTER, DOUBLE_WORDS].some(isOneOf);
  return !isRefused && (isLast || !isOneOf(BRANCHES));
}

/** Returns an IT for 1 to 4 instructions. */
function itFor(random: Randomness, instructions: number): number {
  const condition = random.below(ALWAYS + 1);
  // Only THEN goes with the condition that always holds.
  const alternatives = condition === ALWAYS ? 0 : random.below(16);
  const end = 1 << (4 - instructions);
  const pattern = (((condition & 1 ? 15 : 0) ^ alternatives) & (15 ^ (end * 2 - 1))) | end;
  return 0xbf00 | (condition << 4) | pattern;
}

/** Returns trials of IT blocks with instructions of all rows, in random order. */
export function itTrials(source: InstructionSource, seed: number, count: number): InstructionTrial[] {
  const random = makeRandomness(seed, 'IT blocks');
  const rows = source.table.filter(({ name }) => !(name in ROWS_BEYOND));
  return Array.from({ length: count }, (_, number) => {
    const length = 1 + random.below(4);
    const block: number[] = [];
    while (block.length < length) {
      const row = rows[random.below(rows.length)];
      const isLast = block.length === length - 1;
      const word = row && source.drawOnce(row, random);
      if (word !== undefined && mayStand(word, isLast)) block.push(word);
    }
    const words = [itFor(random, length), ...block];
    const pc = slotAt(number);
    const state = randomState(
      random,
      pc,
      ...block.map(word => ({ ...operandsOf(word), isPrivileged: false })),
    );
    const text = words.map(word => word.toString(16)).join(' ');
    const title = `IT block, seed ${seed}, number ${number}: ${text}`;
    return {
      row: 'IT',
      title,
      pc,
      code: words.flatMap(halvesOf),
      instructions: words.length,
      steps: 1,
      state,
    };
  });
}
