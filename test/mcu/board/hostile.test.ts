/**
 * Programs that harm: a firmware is a file of somebody else, and must not stop the process that runs it. Whatever it
 * does, time on the board moves on, in about as much time of the computer, and nothing grows without end.
 */
import { DEFAULT_START_MS } from '@passfob/simulator/base/limits';
import { virtualBoard } from '@passfob/simulator/virtual-board';
import { describe, expect, it } from 'vitest';
import { assembled } from './programs.ts';

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

const hex = (halfWord: number) => halfWord.toString(16).padStart(4, '0');

/** MOVW (encoding T3) and MOVT (T1). */
function constant(register: number, value: number): string {
  const move = (opcode: number, half: number) => {
    const first = opcode | ((half >>> 1) & 0x400) | (half >>> 12);
    return `${hex(first)} ${hex(((half & 0x700) << 4) | (register << 8) | (half & 0xff))}`;
  };
  return `  ${move(0xf240, value & 0xffff)} ${move(0xf2c0, value >>> 16)}  ldr r${register}, =0x${value.toString(16)}`;
}

function writes(...words: readonly (readonly [address: number, value: number])[]): string {
  return words
    .map(([address, value]) => `${constant(0, address)}\n${constant(1, value)}\n  6001  str r1, [r0]`)
    .join('\n');
}

/** Writes a word again and again. */
const writesForever = (address: number, value: number) =>
  `${writes([address, value])}\n  6001  again: str r1, [r0]\n  e7fd  b again`;

const SLEEP = '  bf30  sleep: wfi\n  e7fd  b sleep';
const UNDEFINED = '  deff  udf';
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

type Handlers = Readonly<Record<number, number>>;

const PROGRAMS: readonly (readonly [does: string, source: string, handlers?: Handlers])[] = [
  ['does nothing for ever', ''],
  ['has SysTick interrupt each second cycle', `${writes([0xe000_e014, 1], [0xe000_e010, 7])}\n${SLEEP}`],
  ['has SysTick count to 0 from 0', `${writes([0xe000_e014, 0], [0xe000_e010, 7])}\n${SLEEP}`],
  [
    'has a timer without prescaler interrupt each second cycle',
    `${CLOCKS}\n${writes([TIM2 + 0x2c, 1], [TIM2 + 0x0c, 0x5f], [0xe000_e100, 1 << 28], [TIM2, 1])}\n${SLEEP}`,
  ],
  [
    'has a timer without a period',
    `${CLOCKS}\n${writes([TIM2 + 0x2c, 0], [TIM2 + 0x0c, 0x5f], [0xe000_e100, 1 << 28], [TIM2, 1])}\n${SLEEP}`,
  ],
  [
    'runs from a PLL at 2 GHz',
    `${CLOCKS}\n${writes([RCC + 4, (511 << 6) | 1], [RCC, 0x0100_0001], [RCC + 8, 2])}\n${SLEEP}`,
  ],
  ['runs from a PLL at 0 Hz', `${writes([RCC + 4, 1], [RCC, 0x0100_0001], [RCC + 8, 2])}\n${SLEEP}`],
  [
    'waits for alarms at a time that no day has',
    `${CLOCKS}\n${RTC_ON}\n${writes([RTC + 0x1c, 0x7f], [RTC + 0x20, 0x7f])}\n${writesForever(RTC + 8, 0x300)}`,
  ],
  [
    'has a calendar without prescalers, and the shortest wake-up timer',
    `${CLOCKS}\n${RTC_ON}\n${writes([RTC + 0x0c, 0x80], [RTC + 0x10, 0], [RTC + 0x0c, 0], [RTC + 0x14, 0])}\n${writesForever(RTC + 8, 0x4403)}`,
  ],
  [
    'converts for ever as fast as it can',
    `${CLOCKS}\n${writes([ADC + 4, 0x0300_0020], [ADC + 8, 3], [ADC + 8, 0x4000_0003])}\n${SLEEP}`,
  ],
  [
    'sends bytes on a serial port without a rate',
    `${CLOCKS}\n${writes([USART1 + 8, 0], [USART1 + 0x0c, 0x2088])}\n${writesForever(USART1 + 4, 0x41)}`,
  ],
  [
    'sends bytes on a serial port at 1.6 million a second',
    `${CLOCKS}\n${writes([USART1 + 8, 1], [USART1 + 0x0c, 0x2088])}\n${writesForever(USART1 + 4, 0x41)}`,
  ],
  [
    'starts transfers on an I2C without a rate',
    `${CLOCKS}\n${writes([I2C1 + 0x1c, 0], [I2C1, 1])}\n${writesForever(I2C1, 0x701)}`,
  ],
  ['asks USB for a NAK of all OUT tokens for ever', `${CLOCKS}\n${writesForever(OTG + 0x804, 1 << 9)}`],
  [
    'makes empty packets for ever',
    `${CLOCKS}\n${writes([OTG + 0x104, 0xffff_0000], [OTG + 0x930, 0x1ff8_0000])}\n${writesForever(OTG + 0x920, 0x8440_8000)}`,
  ],
  ['resets itself for ever', writes([0xe000_ed0c, 0x05fa_0004])],
  ['has the shortest watchdog', writes([IWDG, 0x5555], [IWDG + 8, 0], [IWDG, 0xcccc])],
  ['faults at once', UNDEFINED],
  ['faults in the handler of its fault', UNDEFINED, { [HARD_FAULT]: 0 }],
  ['faults again after each fault', `${UNDEFINED}\n${RETURN}`, { [HARD_FAULT]: 2 }],
  ['has its vectors in erased flash', `${writes([0xe000_ed08, 0x0804_0000])}\n${UNDEFINED}`],
  ['has its vectors where nothing is', `${writes([0xe000_ed08, 0x6000_0000])}\n${UNDEFINED}`],
  ['erases itself', `${UNLOCK_FLASH}\n${writes([FLASH + 0x10, 0x1_0004])}`],
  ['goes where nothing is', `${constant(1, 0x6000_0001)}\n  4708  bx r1`],
  ['goes into registers', `${constant(1, 0x4002_3801)}\n  4708  bx r1`],
  ['goes into the bits of the SRAM', `${constant(1, 0x2200_0001)}\n  4708  bx r1`],
  ['returns from an exception that never was', `${constant(1, 0xffff_fff9)}\n  4708  bx r1`],
  ['has its stack below the SRAM', `${constant(1, 0x2000_0000)}\n  468d  mov sp, r1\n  df00  svc 0`],
  ['has no end of its stack', '  b500  again: push {lr}\n  e7fd  b again'],
  ['stops all clocks', `${CLOCKS}\n${writes([0xe000_ed10, 4])}\n${SLEEP}`],
  ['stands by', `${CLOCKS}\n${writes([PWR, 2], [0xe000_ed10, 4])}\n${SLEEP}`],
];

describe('a program that harms', () => {
  it.each(PROGRAMS.map(([does, source, handlers = {}]) => [does, source, handlers] as const))(
    'does not stop the computer if it %s',
    (_does, source, handlers) => {
      const board = virtualBoard({ firmware: assembled(source, handlers), seed: 1 });
      for (let ms = 0; ms < 10; ms++) board.advance(1);
      expect(board.now()).toBe(DEFAULT_START_MS + 10);
      expect(board.violations.length).toBeLessThanOrEqual(101);
      board.close();
    },
  );

  it('of which a board lists the first faults only', () => {
    const board = virtualBoard({
      firmware: assembled(`${UNDEFINED}\n${RETURN}`, { [HARD_FAULT]: 2 }),
      seed: 1,
    });
    board.advance(1);
    expect(board.violations[99]).toMatch(/^HardFault: undefined-instruction at 08000200/);
    expect(board.violations.slice(100)).toEqual(['and more, which are not listed']);
    board.close();
  });

  it('is reset at most once in the 20 µs that a reset takes', () => {
    const board = virtualBoard({ firmware: assembled(writes([0xe000_ed0c, 0x05fa_0004])), seed: 1 });
    let resets = 0;
    board.onEvent(event => {
      if (event.kind === 'power' && event.change === 'reset') resets++;
    });
    board.advance(2);
    expect(resets).toBeGreaterThan(50);
    expect(resets).toBeLessThanOrEqual(100);
    board.close();
  });

  it('locks up if it has its vectors in erased flash, and says so', () => {
    const firmware = assembled(`${writes([0xe000_ed08, 0x0804_0000])}\n${UNDEFINED}`);
    const board = virtualBoard({ firmware, seed: 1 });
    board.advance(1);
    expect(board.violations.map(text => text.split('\n')[0])).toEqual([
      'HardFault: undefined-instruction at 08000212',
      'lockup: instruction-bus at fffffffe',
    ]);
    board.close();
  });

  it('may erase flash for seconds while SysTick runs at its fastest', () => {
    const erases = writesForever(FLASH + 0x10, 0x1_0002 | (1 << 3));
    const source = `${UNLOCK_FLASH}\n${writes([0xe000_e014, 1], [0xe000_e010, 5])}\n${erases}`;
    const board = virtualBoard({ firmware: assembled(source), seed: 1 });
    board.advance(20_000);
    expect(board.counters().seconds).toBeGreaterThan(19);
    board.close();
  });
});
