/**
 * Small programs for an STM32F401, by hand: half-words as hexadecimal digits, each line with its source (GNU as, unified
 * syntax; `arm-none-eabi-as -mcpu=cortex-m4` makes the same). A program begins at 0x08000200, behind its vector table.
 */

/** Bytes of a vector table: the stack pointer, 15 exceptions and 85 interrupts, rounded up. */
const TABLE_BYTES = 0x200;
const STACK = 0x2001_8000;
const START = 0x0800_0200;
const FIRST_INTERRUPT = 16;
const SYS_TICK = 15;
const USART1 = FIRST_INTERRUPT + 37;

/** `B .` and `BX LR`. */
const LOOP = 0xe7fe;
const RETURN = 0x4770;

function halfWordsOf(source: string): number[] {
  return source
    .trim()
    .split('\n')
    .flatMap(line => /^ *((?:[\da-f]{4} )+)/.exec(`${line} `)?.[1]?.trim().split(' ') ?? [])
    .map(word => Number.parseInt(word, 16));
}

/** Bytes of the code of some source: the offset of what comes behind it. */
export function bytesOf(source: string): number {
  return 2 * halfWordsOf(source).length;
}

/**
 * Returns the program for a board's flash.
 * @param source lines of half-words, then their meaning
 * @param handlers offsets of exception handlers in the program, by the number of the exception
 * @param others what the other handlers do: stay in a loop behind the program, or return
 */
export function assembled(
  source: string,
  handlers: Readonly<Record<number, number>> = {},
  others: 'stay' | 'return' = 'stay',
): Uint8Array {
  const halfWords = halfWordsOf(source);
  const code = [...halfWords, others === 'stay' ? LOOP : RETURN];
  const program = new Uint8Array(TABLE_BYTES + 2 * code.length);
  const view = new DataView(program.buffer);
  for (const [index, halfWord] of code.entries()) view.setUint16(TABLE_BYTES + 2 * index, halfWord, true);
  view.setUint32(0, STACK, true);
  for (let number = 1; 4 * number < TABLE_BYTES; number++) {
    const offset = number === 1 ? 0 : (handlers[number] ?? 2 * halfWords.length);
    view.setUint32(4 * number, (START + offset) | 1, true);
  }
  return program;
}

/** The digits of a half-word. */
export const hex = (halfWord: number) => halfWord.toString(16).padStart(4, '0');

/** Source that puts a constant into a register: MOVW (encoding T3) and MOVT (T1). */
export function constant(register: number, value: number): string {
  const move = (opcode: number, half: number) => {
    const first = opcode | ((half >>> 1) & 0x400) | (half >>> 12);
    return `${hex(first)} ${hex(((half & 0x700) << 4) | (register << 8) | (half & 0xff))}`;
  };
  return `  ${move(0xf240, value & 0xffff)} ${move(0xf2c0, value >>> 16)}  ldr r${register}, =0x${value.toString(16)}`;
}

/** Source that writes words to addresses, one after the other. */
export function writes(...words: readonly (readonly [address: number, value: number])[]): string {
  return words
    .map(([address, value]) => `${constant(0, address)}\n${constant(1, value)}\n  6001  str r1, [r0]`)
    .join('\n');
}

/** Toggles B2 in the interrupt of SysTick, every millisecond, and sleeps between. */
export const BLINK = assembled(
  `
  4809       ldr r0, =0x40023830 ; RCC_AHB1ENR
  2102       movs r1, #2
  6001       str r1, [r0] ; the clock of GPIOB
  4809       ldr r0, =0x40020400 ; GPIOB
  2110       movs r1, #0x10
  6001       str r1, [r0] ; MODER: B2 is an output
  4a08       ldr r2, =0xe000e010 ; SysTick
  f643 617f  ldr r1, =15999
  6051       str r1, [r2, #4] ; LOAD: a millisecond at 16 MHz
  2107       movs r1, #7
  6011       str r1, [r2] ; CTRL: on, with its interrupt, from the processor clock
  bf30       sleep: wfi
  e7fd       b sleep
  4803       systick: ldr r0, =0x40020400
  6941       ldr r1, [r0, #0x14]
  2304       movs r3, #4
  4059       eors r1, r3
  6141       str r1, [r0, #0x14] ; ODR: B2 changes
  4770       bx lr
  3830 4002  constant
  0400 4002  constant
  e010 e000  constant
`,
  { [SYS_TICK]: 28 },
);

/** Sends each byte that USART1 receives back, plus one, in its interrupt, and sleeps between. */
export const ECHO = assembled(
  `
  480e       ldr r0, =0x40023800 ; RCC
  2102       movs r1, #2
  6301       str r1, [r0, #0x30] ; AHB1ENR: GPIOB
  2110       movs r1, #16
  6441       str r1, [r0, #0x44] ; APB2ENR: USART1
  480d       ldr r0, =0x40020400 ; GPIOB
  f44f 4120  ldr r1, =0xa000
  6001       str r1, [r0] ; MODER: B6 and B7 belong to a peripheral
  f04f 41ee  ldr r1, =0x77000000
  6201       str r1, [r0, #0x20] ; AFRL: USART1
  480a       ldr r0, =0x40011000 ; USART1
  f240 6183  ldr r1, =1667
  6081       str r1, [r0, #8] ; BRR: 9600 baud at 16 MHz
  f242 012c  ldr r1, =0x202c
  60c1       str r1, [r0, #12] ; CR1: on, sends and receives, interrupt when a byte is there
  4808       ldr r0, =0xe000e104 ; NVIC_ISER1
  2120       movs r1, #32
  6001       str r1, [r0] ; interrupt 37
  bf30       sleep: wfi
  e7fd       b sleep
  4804       usart1: ldr r0, =0x40011000
  6841       ldr r1, [r0, #4] ; DR: the byte
  3101       adds r1, #1
  6041       str r1, [r0, #4] ; sent back, one more
  4770       bx lr
  bf00       nop
  3800 4002  constant
  0400 4002  constant
  1000 4001  constant
  e104 e000  constant
`,
  { [USART1]: 48 },
);

/** Writes 0x5a to address 0x0040 of the EEPROM, asks until it answers again, reads it back, and sets B2. */
export const EEPROM_WRITE = assembled(`
  4831       ldr r0, =0x40023800 ; RCC
  2102       movs r1, #2
  6301       str r1, [r0, #0x30] ; AHB1ENR: GPIOB
  2101       movs r1, #1
  0549       lsls r1, r1, #21
  6401       str r1, [r0, #0x40] ; APB1ENR: I2C1
  482f       ldr r0, =0x40020400 ; GPIOB
  4930       ldr r1, =0xa0010
  6001       str r1, [r0] ; MODER: B8 and B9 belong to a peripheral, B2 is an output
  f44f 7140  ldr r1, =0x300
  6041       str r1, [r0, #4] ; OTYPER: open drain
  2144       movs r1, #0x44
  6241       str r1, [r0, #0x24] ; AFRH: I2C1
  4c2d       ldr r4, =0x40005400 ; I2C1
  2110       movs r1, #16
  6061       str r1, [r4, #4] ; CR2: its clock is 16 MHz
  2150       movs r1, #80
  61e1       str r1, [r4, #0x1c] ; CCR: 100 kHz
  2111       movs r1, #17
  6221       str r1, [r4, #0x20] ; TRISE
  2101       movs r1, #1
  6021       str r1, [r4] ; CR1: on
  f000 f822  bl address
  215a       movs r1, #0x5a
  6121       str r1, [r4, #16] ; the byte for address 0x0040
  2204       movs r2, #4
  f000 f841  bl wait ; BTF
  f240 2101  ldr r1, =0x201
  6021       str r1, [r4] ; CR1: STOP
  f000 f818  again: bl address ; once more, until the write time is over
  f240 1101  ldr r1, =0x101
  6021       str r1, [r4] ; START again
  2201       movs r2, #1
  f000 f836  bl wait ; SB
  21af       movs r1, #0xaf
  6121       str r1, [r4, #16] ; DR: the EEPROM, for reading
  2202       movs r2, #2
  f000 f831  bl wait ; ADDR
  69a1       ldr r1, [r4, #0x18] ; SR2
  f240 2101  ldr r1, =0x201
  6021       str r1, [r4] ; CR1: STOP after one byte, without acknowledge
  2240       movs r2, #0x40
  f000 f82a  bl wait ; RXNE
  6921       ldr r1, [r4, #16] ; DR
  295a       cmp r1, #0x5a
  d101       bne halt
  2104       movs r1, #4
  6181       str r1, [r0, #0x18] ; BSRR: B2 is high when the byte came back
  e7fe       halt: b halt
  4677       address: mov r7, lr
  f240 1101  retry: ldr r1, =0x101
  6021       str r1, [r4] ; CR1: START
  2201       movs r2, #1
  f000 f81d  bl wait ; SB
  21ae       movs r1, #0xae
  6121       str r1, [r4, #16] ; DR: the EEPROM, for writing
  f240 4202  ldr r2, =0x402
  f000 f817  bl wait ; ADDR or AF
  055b       lsls r3, r3, #21 ; AF
  d508       bpl answered
  2100       movs r1, #0
  6161       str r1, [r4, #0x14] ; SR1: AF cleared
  f240 2101  ldr r1, =0x201
  6021       str r1, [r4] ; CR1: STOP
  6821       stopping: ldr r1, [r4]
  0589       lsls r1, r1, #22
  d4fc       bmi stopping
  e7e8       b retry
  69a1       answered: ldr r1, [r4, #0x18] ; SR2: clears ADDR
  2100       movs r1, #0
  6121       str r1, [r4, #16]
  2280       movs r2, #0x80
  f000 f806  bl wait ; TXE
  2140       movs r1, #0x40
  6121       str r1, [r4, #16]
  2204       movs r2, #4
  f000 f801  bl wait ; BTF
  4738       bx r7
  6963       wait: ldr r3, [r4, #0x14] ; SR1
  4213       tst r3, r2
  d0fc       beq wait
  4770       bx lr
  bf00       nop
  3800 4002  constant
  0400 4002  constant
  0010 000a  constant
  5400 4000  constant
`);

/** Erases sector 1 of the flash, programs eight words there, and sets B2. */
export const FLASH_WRITE = assembled(`
  480e       ldr r0, =0x40023800 ; RCC
  2102       movs r1, #2
  6301       str r1, [r0, #0x30] ; AHB1ENR: GPIOB
  4d0e       ldr r5, =0x40020400 ; GPIOB
  2110       movs r1, #0x10
  6029       str r1, [r5] ; MODER: B2 is an output
  4c0d       ldr r4, =0x40023c00 ; FLASH
  490e       ldr r1, =0x45670123
  6061       str r1, [r4, #4] ; KEYR
  490e       ldr r1, =0xcdef89ab
  6061       str r1, [r4, #4]
  490e       ldr r1, =0x1000a
  6121       str r1, [r4, #16] ; CR: erase sector 1
  68e1       busy: ldr r1, [r4, #12] ; SR
  03c9       lsls r1, r1, #15 ; BSY
  d4fc       bmi busy
  f240 2101  ldr r1, =0x201
  6121       str r1, [r4, #16] ; CR: program words
  4a0b       ldr r2, =0x08004000
  4b0b       ldr r3, =0x11223344
  2608       movs r6, #8
  6013       write: str r3, [r2]
  3204       adds r2, #4
  3e01       subs r6, #1
  d1fb       bne write
  2104       movs r1, #4
  61a9       str r1, [r5, #0x18] ; BSRR: B2 is high when all is done
  e7fe       halt: b halt
  bf00       nop
  3800 4002  constant
  0400 4002  constant
  3c00 4002  constant
  0123 4567  constant
  89ab cdef  constant
  000a 0001  constant
  4000 0800  constant
  3344 1122  constant
`);

/** Counts up the words of the first 256 bytes of RAM, one after the other, and never waits. */
export const BUSY = assembled(`
  4803       ldr r0, =0x20000000
  2100       movs r1, #0
  5842       next: ldr r2, [r0, r1]
  3201       adds r2, #1
  5042       str r2, [r0, r1]
  3104       adds r1, #4
  b2c9       uxtb r1, r1
  e7f9       b next
  0000 2000  constant
`);
