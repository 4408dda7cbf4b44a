/**
 * Programs that harm: a firmware is a file of somebody else, and must not stop the process that runs it. Whatever it
 * does, time on the board moves on, in about as much time of the computer, and nothing grows without end.
 */

import { virtualBoard } from '@passfob/emulator/board/virtual-board';
import { DEFAULT_START_MS } from '@passfob/simulator/base/limits';
import { expect, it } from 'vitest';
import { assembled, bytesOf, constant, hex, writes } from './programs.ts';

const RCC = 0x4002_3800;
const TIM2 = 0x4000_0000;
const RTC = 0x4000_2800;
const IWDG = 0x4000_3000;
const PWR = 0x4000_7000;
const ADC = 0x4001_2000;
const USART1 = 0x4001_1000;
const I2C1 = 0x4000_5400;
const FLASH = 0x4002_3c00;
const OTG = 0x5000_0000;
const HARD_FAULT = 3;
const SV_CALL = 11;

/** Writes a word again and again. */
const writesForever = (address: number, value: number) =>
  `${writes([address, value])}\n  6001  again: str r1, [r0]\n  e7fd  b again`;

const SLEEP = '  bf30  sleep: wfi\n  e7fd  b sleep';
const UNDEFINED = '  deff  udf';
const goesTo = (address: number) => `${constant(1, address)}\n  4708  bx r1`;
const RETURN = '  4770  bx lr';
/** The clocks of the ports, of USB, of timers 2 to 5, I2C1 and PWR, of USART1, the ADC and SYSCFG. */
const CLOCKS = writes(
  [RCC + 0x30, 0x1f],
  [RCC + 0x34, 0x80],
  [RCC + 0x40, 0x1020_000f],
  [RCC + 0x44, 0x4110],
);
const UNLOCK_FLASH = writes([FLASH + 4, 0x4567_0123], [FLASH + 4, 0xcdef_89ab]);
const RTC_ON = writes(
  [PWR, 0x100],
  [RCC + 0x74, 1],
  [RCC + 0x70, 0x8200],
  [RTC + 0x24, 0xca],
  [RTC + 0x24, 0x53],
);

/** What shows that a program has come to do what its name says. */
interface Shown {
  /** Bounds of `counters()`, of violations and of resets. */
  readonly exceptions?: readonly [min: number, max?: number];
  readonly instructions?: readonly [min: number, max?: number];
  readonly violations?: readonly [min: number, max?: number];
  readonly resets?: readonly [min: number, max?: number];
  readonly bytes?: readonly [min: number, max?: number];
  readonly deepSleepMs?: readonly [min: number, max?: number];
  /** The board's time, which may run on while its flash is erased. */
  readonly seconds?: readonly [min: number, max?: number];
  /** The first lines of the last two violations. */
  readonly says?: readonly string[];
  /** Registers as the program found them, in order, before its last loop: those bits of the mask are set. */
  readonly registers?: readonly number[];
}

interface Program {
  readonly source: string;
  readonly shows: Shown;
  readonly handlers?: Readonly<Record<number, number>>;
  /** What other handlers do. Default: stay. */
  readonly others?: 'return';
}

const RAM = 0x2000_0000;
/** Source that puts registers into the first words of RAM. */
function looks(...addresses: readonly number[]): string {
  return addresses
    .map(
      (address, index) =>
        `${constant(0, address)}\n  6801  ldr r1, [r0]\n${constant(0, RAM + 4 * index)}\n  6001  str r1, [r0]`,
    )
    .join('\n');
}

const BUSY = writesForever(RAM + 0x100, 1);
const PLL_AT_0 = writes([RCC + 4, 1], [RCC, 0x0100_0001]);
const ON_PLL = writes([RCC + 8, 2]);
const CALL = '  df00  svc 0';
/** The whole of it is the handler's, but for the branch over it. */
const STOPS_IN_HANDLER = `${ON_PLL}\n${RETURN}`;
const overHandler = (source: string) => `  ${hex(0xe000 | (bytesOf(source) / 2 - 1))}  b main\n${source}`;

const PROGRAMS: Readonly<Record<string, Program>> = {
  'does nothing for ever': { source: '', shows: { exceptions: [0, 0] } },
  'has SysTick interrupt each second cycle': {
    source: `${writes([0xe000_e014, 1], [0xe000_e010, 7])}\n${SLEEP}`,
    others: 'return',
    shows: { exceptions: [3000] },
  },
  'has SysTick count to 0 from 0': {
    source: `${writes([0xe000_e014, 0], [0xe000_e010, 7])}\n${looks(0xe000_e010)}\n${SLEEP}`,
    others: 'return',
    shows: { exceptions: [0, 0], registers: [7] },
  },
  'has a timer without prescaler interrupt each second cycle': {
    source: `${CLOCKS}\n${writes([TIM2 + 0x2c, 1], [TIM2 + 0x0c, 0x5f], [0xe000_e100, 1 << 28], [TIM2, 1])}\n${SLEEP}`,
    others: 'return',
    shows: { exceptions: [3000] },
  },
  'has a timer without a period': {
    source: `${CLOCKS}\n${writes([TIM2 + 0x2c, 0], [TIM2 + 0x0c, 0x5f], [0xe000_e100, 1 << 28], [TIM2, 1])}\n${looks(TIM2)}\n${SLEEP}`,
    others: 'return',
    shows: { registers: [1] },
  },
  'runs from a PLL at 2 GHz': {
    source: `${CLOCKS}\n${writes([RCC + 4, (511 << 6) | 1], [RCC, 0x0100_0001], [RCC + 8, 2])}\n${BUSY}`,
    shows: { instructions: [1_000_000] },
  },
  'runs from a PLL at 0 Hz': {
    source: `${PLL_AT_0}\n${ON_PLL}\n${BUSY}`,
    shows: { instructions: [0, 20_000] },
  },
  'stops its clock in a handler': {
    source: `${overHandler(STOPS_IN_HANDLER)}\n${PLL_AT_0}\n${looks(RCC)}\n${CALL}\n${BUSY}`,
    handlers: { [SV_CALL]: 2 },
    shows: { exceptions: [1], instructions: [0, 20_000] },
  },
  'waits for alarms at a time that no day has': {
    source: `${CLOCKS}\n${RTC_ON}\n${writes([RTC + 0x1c, 0x7f], [RTC + 0x20, 0x7f], [RTC + 8, 0x300])}\n${looks(RTC + 0x1c, RTC + 8)}\n${writesForever(RTC + 8, 0x300)}`,
    shows: { registers: [0x7f, 0x300] },
  },
  'has a calendar without prescalers, and the shortest wake-up timer': {
    source: `${CLOCKS}\n${RTC_ON}\n${writes([RTC + 0x0c, 0x80], [RTC + 0x10, 0], [RTC + 0x0c, 0], [RTC + 0x14, 0], [RTC + 8, 0x4403])}\n${looks(RTC + 8)}\n${writesForever(RTC + 8, 0x4403)}`,
    shows: { registers: [0x4403] },
  },
  'converts for ever as fast as it can': {
    source: `${CLOCKS}\n${writes([ADC + 4, 0x0300_0020], [ADC + 8, 3], [ADC + 8, 0x4000_0003])}\n${looks(ADC + 8, ADC)}\n${SLEEP}`,
    shows: { registers: [3, 0x10] },
  },
  'sends bytes on a serial port without a rate': {
    source: `${CLOCKS}\n${writes([USART1 + 8, 0], [USART1 + 0x0c, 0x2088])}\n${looks(USART1 + 0x0c)}\n${writesForever(USART1 + 4, 0x41)}`,
    shows: { registers: [0x2088], bytes: [0, 0] },
  },
  'sends bytes on a serial port at 1.6 million a second': {
    source: `${CLOCKS}\n${writes([USART1 + 8, 1], [USART1 + 0x0c, 0x2088])}\n${writesForever(USART1 + 4, 0x41)}`,
    shows: { bytes: [5000] },
  },
  'starts transfers on an I2C without a rate': {
    source: `${CLOCKS}\n${writes([I2C1 + 0x1c, 0], [I2C1, 1])}\n${looks(I2C1)}\n${writesForever(I2C1, 0x701)}`,
    shows: { registers: [1] },
  },
  'asks USB for a NAK of all OUT tokens for ever': {
    source: `${CLOCKS}\n${looks(RCC + 0x34)}\n${writesForever(OTG + 0x804, 1 << 9)}`,
    shows: { registers: [0x80] },
  },
  'makes empty packets for ever': {
    source: `${CLOCKS}\n${writes([OTG + 0x104, 0xffff_0000], [OTG + 0x930, 0x1ff8_0000])}\n${looks(OTG + 0x104)}\n${writesForever(OTG + 0x920, 0x8440_8000)}`,
    shows: { registers: [0x8000_0000] },
  },
  // A reset takes 20 µs.
  'resets itself for ever': { source: writes([0xe000_ed0c, 0x05fa_0004]), shows: { resets: [250, 500] } },
  'has the shortest watchdog': {
    source: writes([IWDG, 0x5555], [IWDG + 8, 0], [IWDG, 0xaaaa], [IWDG, 0xcccc]),
    shows: { resets: [10] },
  },
  'faults at once': { source: UNDEFINED, shows: { violations: [1, 1] } },
  'faults in the handler of its fault': {
    source: UNDEFINED,
    handlers: { [HARD_FAULT]: 0 },
    shows: { violations: [2, 2], instructions: [0, 0] },
  },
  'faults again after each fault': {
    source: `${UNDEFINED}\n${RETURN}`,
    handlers: { [HARD_FAULT]: 2 },
    shows: {
      violations: [101, 101],
      exceptions: [1000],
      says: ['HardFault: undefined-instruction at 08000200', 'and more, which are not listed'],
    },
  },
  'has its vectors in erased flash': {
    source: `${writes([0xe000_ed08, 0x0804_0000])}\n${UNDEFINED}`,
    shows: {
      violations: [2, 2],
      says: ['HardFault: undefined-instruction at 08000212', 'lockup: instruction-bus at fffffffe'],
    },
  },
  'has its vectors where nothing is': {
    source: `${writes([0xe000_ed08, 0x6000_0000])}\n${UNDEFINED}`,
    shows: { violations: [2, 2] },
  },
  'erases itself': {
    source: `${UNLOCK_FLASH}\n${writes([FLASH + 0x10, 0x1_0004])}`,
    shows: { seconds: [1, 10] },
  },
  'goes where nothing is': { source: goesTo(0x6000_0001), shows: { violations: [1, 1] } },
  'goes into registers': { source: goesTo(0x4002_3801), shows: { violations: [1, 1] } },
  'goes into the bits of the SRAM': { source: goesTo(0x2200_0001), shows: { instructions: [1000] } },
  'returns from an exception that never was': { source: goesTo(0xffff_fff9), shows: { violations: [1, 1] } },
  'has its stack below the SRAM': {
    source: `${constant(1, 0x2000_0000)}\n  468d  mov sp, r1\n${CALL}`,
    shows: { violations: [1, 1] },
  },
  'has no end of its stack': {
    source: '  b500  again: push {lr}\n  e7fd  b again',
    shows: { violations: [2, 2] },
  },
  'stops all clocks': {
    source: `${CLOCKS}\n${writes([0xe000_ed10, 4])}\n${SLEEP}`,
    shows: { deepSleepMs: [9] },
  },
  'stands by': {
    source: `${CLOCKS}\n${writes([PWR, 2], [0xe000_ed10, 4])}\n${SLEEP}`,
    shows: { deepSleepMs: [9] },
  },
};

/** What is shown of a program that ran for ten milliseconds. */
function seenOf({ source, handlers, others }: Program) {
  const board = virtualBoard({ firmware: assembled(source, handlers, others), seed: 1 });
  let [resets, bytes] = [0, 0];
  board.serial('Serial1').onData(data => {
    bytes += data.length;
  });
  board.onEvent(event => {
    if (event.kind === 'power' && event.change === 'reset') resets++;
  });
  for (let ms = 0; ms < 10; ms++) board.advance(1);
  expect(board.now()).toBe(DEFAULT_START_MS + 10);
  const { instructions, exceptions, seconds, deepSleepSeconds } = board.counters();
  const words = new DataView((board.ram() ?? new Uint8Array(0)).buffer);
  const registers = [0, 1].map(index => words.getUint32(4 * index, true));
  const violations = board.violations.length;
  const says = board.violations.slice(-2).map(text => text.split('\n')[0]);
  board.close();
  return {
    instructions,
    exceptions,
    seconds,
    violations,
    resets,
    bytes,
    registers,
    says,
    deepSleepMs: 1000 * deepSleepSeconds,
  };
}

it.each(Object.keys(PROGRAMS))('a program that harms does not stop the computer if it %s', name => {
  const program = PROGRAMS[name] as Program;
  const { registers, says, ...bounds } = {
    seconds: [0.0099, 0.0101] as const,
    violations: [0, 101] as const,
    ...program.shows,
  };
  const seen = seenOf(program);
  for (const [what, [min, max = Number.MAX_VALUE]] of Object.entries(bounds)) {
    const found = Number(seen[what as keyof typeof bounds]);
    expect(found, what).toBeGreaterThanOrEqual(min);
    expect(found, what).toBeLessThanOrEqual(max);
  }
  if (says) expect(seen.says).toEqual(says);
  const found = registers?.map((mask, index) => (seen.registers[index] ?? 0) & mask);
  expect(found?.map(value => value >>> 0)).toEqual(registers);
});

it('a program that harms may erase flash for seconds while SysTick runs at its fastest', () => {
  const erases = writesForever(FLASH + 0x10, 0x1_0002 | (1 << 3));
  const source = `${UNLOCK_FLASH}\n${writes([0xe000_e014, 1], [0xe000_e010, 5])}\n${erases}`;
  const board = virtualBoard({ firmware: assembled(source), seed: 1 });
  board.advance(20_000);
  expect(board.counters().seconds).toBeGreaterThan(19);
});
