import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import { FLASH_ADDRESS, FLASH_BYTES } from '@passfob/emulator/stm32f401/chip-addresses';
import { FlashController, type FlashOperation } from '@passfob/emulator/stm32f401/flash-controller';
import { FLASH_SECTORS } from '@passfob/emulator/stm32f401/flash-sectors';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeStillTime, RecordedLines, setBits, store } from './fixture.ts';

const [ACR, KEYR, SR, CR, OPTCR] = [0x00, 0x04, 0x0c, 0x10, 0x14];
const [PG, SER, MER, STRT, LOCK] = [1, 2, 4, 1 << 16, 0x8000_0000];
const WORD = 2 << 8;
const [WRPERR, PGAERR, PGPERR, PGSERR, BSY] = [16, 32, 64, 128, 1 << 16];

/** @param stalls whether the code runs from flash and stands still while the flash is busy */
function makeController({ stalls = true } = {}) {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  const operations: (readonly [FlashOperation['kind'], number, number])[] = [];
  const changes: (readonly [number, number])[] = [];
  const controller = new FlashController({
    time,
    lines,
    flash,
    operate: operation => {
      operations.push([operation.kind, operation.address, operation.bytes]);
      operation.apply();
    },
    changed: (address, bytes) => changes.push([address, bytes]),
    stall: ticks => {
      if (stalls) time.spend(ticks);
    },
  });
  return { controller, flash, operations, changes, time, pass, lines };
}

function unlock(controller: FlashController): void {
  store(controller, KEYR, 0x4567_0123);
  store(controller, KEYR, 0xcdef_89ab);
}

describe('the keys of the flash', () => {
  it('open CR, which ignores writes before (RM0368 §3.5.1)', () => {
    const { controller } = makeController();
    store(controller, CR, PG);
    expect(controller.read(CR)).toBe(LOCK);
    unlock(controller);
    store(controller, CR, PG);
    expect(controller.read(CR)).toBe(PG);
    setBits(controller, CR, LOCK);
    store(controller, CR, 0);
    expect(controller.read(CR)).toBe((LOCK | PG) >>> 0);
  });

  it.each([
    ['a wrong first key', [0xcdef_89ab]],
    ['a wrong second key', [0x4567_0123, 0x4567_0123]],
  ])('end in a bus error and a locked CR until the next reset after %s', (_what, keys) => {
    const { controller } = makeController();
    expect(() => {
      for (const key of keys) store(controller, KEYR, key);
    }).toThrow(ProcessorFault);
    unlock(controller);
    expect(controller.read(CR)).toBe(LOCK);
    controller.reset();
    unlock(controller);
    expect(controller.read(CR)).toBe(0);
  });
});

describe('programming', () => {
  it('clears bits and sets none, at every width (RM0368 §3.5.3)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 2),
        fc.nat(1000),
        fc.array(fc.nat(0xffff_ffff), { minLength: 1, maxLength: 4 }),
        (psize, index, values) => {
          const { controller, flash } = makeController();
          const bytes = 1 << psize;
          unlock(controller);
          store(controller, CR, PG | (psize << 8));
          for (const value of values) controller.program(FLASH_ADDRESS + index * bytes, value, bytes);
          const all = values.reduce((before, value) => before & value, -1);
          const expected = Array.from({ length: bytes }, (_, at) => (all >>> (8 * at)) & 255);
          expect([...flash.slice(index * bytes, index * bytes + bytes)]).toEqual(expected);
          expect(flash.reduce((sum, byte) => sum + (byte === 0xff ? 1 : 0), 0)).toBeGreaterThanOrEqual(
            FLASH_BYTES - bytes,
          );
          expect(controller.read(SR)).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('holds up the code that runs from flash for 16 µs a word (data sheet, table 44)', () => {
    const { controller, time, changes } = makeController();
    unlock(controller);
    store(controller, CR, PG | WORD);
    controller.program(0x0800_4000, 0x1234_5678, 4);
    expect(time.now).toBe(16 * TICKS_PER_US);
    expect(changes).toEqual([[0x0800_4000, 4]]);
    expect(controller.read(SR)).toBe(0);
  });

  it('shows BSY to code that runs from RAM, and makes its next store to flash wait', () => {
    const { controller, time, pass } = makeController({ stalls: false });
    unlock(controller);
    store(controller, CR, PG | WORD);
    controller.program(0x0800_4000, 0, 4);
    expect(controller.read(SR)).toBe(BSY);
    pass(10);
    controller.program(0x0800_4004, 0, 4);
    expect(time.now).toBe(16 * TICKS_PER_US);
    pass(16.1);
    expect(controller.read(SR)).toBe(0);
  });

  it.each([
    ['without PG', 0, 0x0800_4000, 4, PGSERR],
    ['of another width than PSIZE', PG, 0x0800_4000, 4, PGPERR],
    ['with PSIZE x64, which two words cannot give', PG | (3 << 8), 0x0800_4000, 4, PGPERR],
    ['across a row of 16 bytes', PG | WORD, 0x0800_400e, 4, PGAERR],
    ['while a sector erase is selected', PG | SER | WORD, 0x0800_4000, 4, PGSERR],
    ['behind the end of the flash', PG | WORD, FLASH_ADDRESS + FLASH_BYTES, 4, WRPERR],
  ])('sets an error and changes nothing %s (RM0368 §3.8.4)', (_what, cr, address, bytes, error) => {
    const { controller, operations } = makeController();
    unlock(controller);
    store(controller, CR, cr);
    controller.program(address, 0, bytes);
    expect(controller.read(SR)).toBe(error);
    expect(operations).toEqual([]);
    store(controller, SR, error);
    expect(controller.read(SR)).toBe(0);
  });

  it('sets an error while CR is locked', () => {
    const { controller, flash } = makeController();
    unlock(controller);
    store(controller, CR, LOCK | PG | WORD);
    controller.program(FLASH_ADDRESS, 0, 4);
    expect(controller.read(SR)).toBe(PGSERR);
    expect(flash[0]).toBe(0xff);
  });
});

describe('erasing', () => {
  it('finds the sectors of the STM32F401CD (RM0368 §3.3, table 5)', () => {
    expect(FLASH_SECTORS.map(({ address }) => address)).toEqual([
      ...[0x0800_0000, 0x0800_4000, 0x0800_8000, 0x0800_c000, 0x0801_0000, 0x0802_0000, 0x0804_0000],
    ]);
    expect(FLASH_SECTORS.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(FLASH_BYTES);
  });

  it.each([
    // Sector, PSIZE, ms (data sheet, table 44)
    [1, 2, 250],
    [1, 0, 400],
    [4, 2, 550],
    [6, 1, 1300],
    [6, 2, 1000],
  ])('sets all bits of sector %i and no other, with PSIZE %i in %i ms', (number, psize, ms) => {
    const { controller, flash, time, operations } = makeController();
    flash.fill(0);
    unlock(controller);
    store(controller, CR, SER | (number << 3) | (psize << 8));
    setBits(controller, CR, STRT);
    const { address, bytes } = FLASH_SECTORS[number] ?? { address: 0, bytes: 0 };
    const at = address - FLASH_ADDRESS;
    expect(flash.every((byte, index) => byte === (index >= at && index < at + bytes ? 0xff : 0))).toBe(true);
    expect(operations).toEqual([['erase', address, bytes]]);
    expect(time.now).toBe(ms * 1000 * TICKS_PER_US);
    expect(controller.read(CR) & STRT).toBe(0);
  });

  it('sets all bits of the flash with MER', () => {
    const { controller, flash } = makeController();
    flash.fill(0);
    unlock(controller);
    store(controller, CR, MER | STRT | WORD);
    expect(flash.every(byte => byte === 0xff)).toBe(true);
  });

  it('sets an error for a sector that the chip lacks', () => {
    const { controller, operations } = makeController();
    unlock(controller);
    store(controller, CR, SER | STRT | (7 << 3));
    expect(controller.read(SR)).toBe(PGSERR);
    expect(operations).toEqual([]);
  });

  it('leaves the flash to its port, which may cut the power in the middle', () => {
    const { time } = makeStillTime();
    const flash = new Uint8Array(FLASH_BYTES);
    const controller = new FlashController({
      ...{ time, lines: new RecordedLines(), flash, stall: () => undefined, changed: () => undefined },
      operate: ({ address, bytes }) => {
        flash.fill(0xff, address - FLASH_ADDRESS, address - FLASH_ADDRESS + bytes / 2);
      },
    });
    unlock(controller);
    store(controller, CR, SER | STRT | (1 << 3));
    expect([flash[0x4000], flash[0x5fff], flash[0x6000]]).toEqual([0xff, 0xff, 0]);
  });
});

describe('interrupts of the flash', () => {
  it('come at the end of an operation, with EOP, only if EOPIE asks for them (RM0368 §3.8.4)', () => {
    const { controller, lines, pass } = makeController({ stalls: false });
    unlock(controller);
    store(controller, CR, PG | WORD | (1 << 24));
    controller.program(0x0800_4000, 0, 4);
    pass(17);
    expect(controller.read(SR)).toBe(1);
    expect(lines.requested).toEqual(new Set([IRQ.FLASH]));
    store(controller, SR, 1);
    expect(lines.requested.size).toBe(0);
  });

  it('come for an error, with OPERR, only if ERRIE asks for them', () => {
    const { controller, lines } = makeController();
    unlock(controller);
    store(controller, CR, 1 << 25);
    controller.program(0x0800_4000, 0, 4);
    expect(controller.read(SR)).toBe(PGSERR | 2);
    expect(lines.requested).toEqual(new Set([IRQ.FLASH]));
  });
});

describe('settings of the flash', () => {
  it('read back wait states and caches, and option bytes as delivered', () => {
    const { controller } = makeController();
    store(controller, ACR, 0x0602);
    expect(controller.read(ACR)).toBe(0x0602);
    store(controller, OPTCR, 0);
    expect(controller.read(OPTCR)).toBe(0x0fff_aaed);
  });
});
