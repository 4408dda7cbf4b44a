import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { KINDS } from '@passfob/emulator/board/kinds';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import { FLASH_ADDRESS } from '@passfob/emulator/stm32f401/chip-addresses';
import { FlashController, type FlashOperation } from '@passfob/emulator/stm32f401/flash-controller';
import { sectorsOf } from '@passfob/emulator/stm32f401/flash-sectors';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeStillTime, RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage, scripts } from '../kit/register-script.ts';

const NAMES = {
  ...{
    PG: 1,
    SER: 2,
    MER: 4,
    WORD: 2 << 8,
    STRT: 1 << 16,
    EOPIE: 1 << 24,
    ERRIE: 1 << 25,
    LOCK: 0x8000_0000,
  },
  ...{ EOP: 1, OPERR: 2, WRPERR: 16, PGAERR: 32, PGPERR: 64, PGSERR: 128, BSY: 1 << 16 },
};

const { flashBytes } = KINDS.pico;

/** @param stalls whether the code runs from flash and stands still while the flash is busy */
function makeController({ stalls = true, bytes = 0xff } = {}) {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const flash = new Uint8Array(flashBytes).fill(bytes);
  const operations: (readonly [FlashOperation['kind'], number, number])[] = [];
  const changes: string[] = [];
  const controller = new FlashController({
    time,
    lines,
    flash,
    operate: operation => {
      operations.push([operation.kind, operation.address, operation.bytes]);
      operation.apply();
    },
    changed: (address, count) => changes.push(`${count} at ${address.toString(16)}`),
    stall: ticks => {
      if (stalls) time.spend(ticks);
    },
  });
  const stage: Stage = {
    registers: registersOf(controller, { ACR: 0x00, KEYR: 0x04, SR: 0x0c, CR: 0x10, OPTCR: 0x14 }),
    names: NAMES,
    pass,
    shows: {
      irq: irqOf(lines),
      operations: () => operations.length,
      changes: () => changes.join(),
      passed: () => time.now / TICKS_PER_US,
      erased: () => flash.every(byte => byte === 0xff),
    },
    acts: {
      unlock: () => play(stage, 'KEYR = 0x45670123; KEYR = 0xcdef89ab'),
      program: (address, value, count) => controller.program(Number(address), Number(value), Number(count)),
      reset: () => controller.reset(),
    },
  };
  return { controller, flash, operations, time, stage };
}

const make = () => makeController().stage;
const fromRam = () => makeController({ stalls: false }).stage;

it.each([
  ['a wrong first key', 'KEYR = 0xcdef89ab'],
  ['a wrong second key', 'KEYR = 0x45670123; KEYR = 0x45670123'],
])('CR stays locked after a bus error until the next reset after %s', (_what, keys) => {
  const { stage } = makeController();
  expect(() => play(stage, keys)).toThrow(ProcessorFault);
  play(stage, 'unlock; CR is LOCK; reset; unlock; CR is 0');
});

scripts('the registers of the flash', make)`
  open CR by the keys, which ignores writes before (RM0368 §3.5.1):
    CR = PG; CR is LOCK; unlock; CR = PG; CR is PG; CR |= LOCK; CR = 0; CR is LOCK | PG

  read back wait states and caches, and option bytes as delivered:
    ACR = 0x0602; ACR is 0x0602; OPTCR = 0; OPTCR is 0x0fffaaed

  set an error for an erasure of a sector that the chip lacks:
    unlock; CR = SER | STRT | 7 << 3; SR is PGSERR; operations is 0

  interrupt for an error, with OPERR, only if ERRIE asks for it:
    unlock; CR = ERRIE; program 0x08004000 0 4; SR is PGSERR | OPERR; irq is FLASH

  set an error while CR is locked:
    unlock; CR = LOCK | PG | WORD; program 0x08000000 0 4; SR is PGSERR; erased is true

  hold up the code that runs from flash for 16 µs a word (data sheet, table 44):
    unlock; CR = PG | WORD; program 0x08004000 0x12345678 4
    passed is 16; changes is 4 at 8004000; SR is 0
`;

scripts('the flash under code that runs from RAM', fromRam)`
  shows BSY to code that runs from RAM, and makes its next store to flash wait:
    unlock; CR = PG | WORD; program 0x08004000 0 4; SR is BSY
    10 us; program 0x08004004 0 4; passed is 16; 16.1 us; SR is 0

  interrupts at the end of an operation, with EOP, only if EOPIE asks for it (RM0368 §3.8.4):
    unlock; CR = PG | WORD | EOPIE; program 0x08004000 0 4; 17 us; SR is EOP; irq is FLASH; SR = EOP; irq is nothing
`;

it('programming clears bits and sets none, at every width (RM0368 §3.5.3)', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 2),
      fc.nat(1000),
      fc.array(fc.nat(0xffff_ffff), { minLength: 1, maxLength: 4 }),
      (psize, index, values) => {
        const { controller, flash, stage } = makeController();
        const bytes = 1 << psize;
        play(stage, `unlock; CR = PG | ${psize} << 8`);
        for (const value of values) controller.program(FLASH_ADDRESS + index * bytes, value, bytes);
        const all = values.reduce((before, value) => before & value, -1);
        const expected = Array.from({ length: bytes }, (_, at) => (all >>> (8 * at)) & 255);
        expect([...flash.slice(index * bytes, index * bytes + bytes)]).toEqual(expected);
        flash.fill(0xff, index * bytes, index * bytes + bytes);
        play(stage, 'erased is true; SR is 0');
      },
    ),
    { numRuns: 30 },
  ));

it.each([
  ['without PG', '0', '0x08004000', 'PGSERR'],
  ['of another width than PSIZE', 'PG', '0x08004000', 'PGPERR'],
  ['with PSIZE x64, which two words cannot give', 'PG | 3 << 8', '0x08004000', 'PGPERR'],
  ['across a row of 16 bytes', 'PG | WORD', '0x0800400e', 'PGAERR'],
  ['while a sector erase is selected', 'PG | SER | WORD', '0x08004000', 'PGSERR'],
  ['behind the end of the flash', 'PG | WORD', `${FLASH_ADDRESS + flashBytes}`, 'WRPERR'],
])('programming sets an error and changes nothing %s (RM0368 §3.8.4)', (_what, cr, address, error) =>
  play(
    make(),
    `unlock; CR = ${cr}; program ${address} 0 4; SR is ${error}; operations is 0; SR = ${error}; SR is 0`,
  ),
);

it.each([
  [KINDS.pico, []],
  [KINDS['espruino-wifi'], [0x0806_0000]],
])('erasing finds the sectors of the $chip (RM0368 §3.3, RM0383 §3.3, table 5)', (kind, more) => {
  const sectors = sectorsOf(kind.flashBytes);
  expect(sectors.map(({ address }) => address)).toEqual([
    ...[0x0800_0000, 0x0800_4000, 0x0800_8000, 0x0800_c000, 0x0801_0000, 0x0802_0000, 0x0804_0000],
    ...more,
  ]);
  expect(sectors.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(kind.flashBytes);
});

it.each([
  // Sector, PSIZE, ms (data sheet, table 44)
  [1, 2, 250],
  [1, 0, 400],
  [4, 2, 550],
  [6, 1, 1300],
  [6, 2, 1000],
])('erasing sets all bits of sector %i and no other, with PSIZE %i in %i ms', (number, psize, ms) => {
  const { flash, operations, stage } = makeController({ bytes: 0 });
  play(stage, `unlock; CR = SER | ${number} << 3 | ${psize} << 8; CR |= STRT`);
  const { address, bytes } = sectorsOf(flashBytes)[number] ?? { address: 0, bytes: 0 };
  const at = address - FLASH_ADDRESS;
  expect(flash.every((byte, index) => byte === (index >= at && index < at + bytes ? 0xff : 0))).toBe(true);
  expect(operations).toEqual([['erase', address, bytes]]);
  play(stage, `passed is ${ms} * 1000; CR lacks STRT`);
});

it('erasing sets all bits of the flash with MER', () =>
  play(makeController({ bytes: 0 }).stage, 'unlock; CR = MER | STRT | WORD; erased is true'));
