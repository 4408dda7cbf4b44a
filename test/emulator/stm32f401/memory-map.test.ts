import type { Peripheral } from '@passfob/emulator/base/peripheral';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import { MemoryMap } from '@passfob/emulator/stm32f401/memory-map';
import { systemMemory, TYPICAL_CALIBRATION } from '@passfob/emulator/stm32f401/system-memory';
import { describe, expect, it } from 'vitest';

/** A peripheral that notes what reaches it. */
class Noting implements Peripheral {
  readonly name: string;
  readonly written: (readonly [offset: number, value: number, mask: number])[] = [];
  value = 0;

  constructor(name: string) {
    this.name = name;
  }

  reset(): void {}

  read(): number {
    return this.value;
  }

  write(offset: number, value: number, mask: number): void {
    this.written.push([offset, value >>> 0, mask >>> 0]);
  }
}

function mapOf(...peripherals: Noting[]) {
  const flash = new Uint8Array(1024).fill(0xff);
  const ram = new Uint8Array(1024);
  const stores: (readonly [number, number, number])[] = [];
  const map = new MemoryMap({
    flash,
    ram,
    systemMemory: systemMemory({
      uniqueId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      flashBytes: 384 * 1024,
      calibration: TYPICAL_CALIBRATION,
    }),
    peripherals: new Map(peripherals.map(each => [each.name, each])),
    processor: new Map(peripherals.map(each => [each.name === 'SCS' ? 0xe000_e000 : -1, each])),
    flashWrites: { write: (...store) => stores.push(store) },
  });
  return { map, flash, ram, stores };
}

describe('the memory map of the STM32F401', () => {
  it('a byte or half-word for an APB is repeated all over the word', () => {
    const usart = new Noting('USART1');
    const { map } = mapOf(usart);
    map.write(0x4001_1004, 0x41, 1);
    map.write(0x4001_100c, 0x202c, 2);
    expect(usart.written).toEqual([
      [4, 0x4141_4141, 0xffff_ffff],
      [12, 0x202c_202c, 0xffff_ffff],
    ]);
  });

  it('a half-word for the AHB reaches its half of the word only', () => {
    const gpio = new Noting('GPIOB');
    const { map } = mapOf(gpio);
    map.write(0x4002_041a, 0x0004, 2);
    expect(gpio.written).toEqual([[0x18, 0x0004_0000, 0xffff_0000]]);
  });

  it('a part of a word is read from its place', () => {
    const gpio = new Noting('GPIOA');
    gpio.value = 0x1234_5678;
    const { map } = mapOf(gpio);
    expect([map.read(0x4002_0010, 4), map.read(0x4002_0012, 2), map.read(0x4002_0011, 1)]).toEqual([
      0x1234_5678, 0x1234, 0x56,
    ]);
  });

  it('a bit of a peripheral and of the SRAM has a word of its own', () => {
    const rcc = new Noting('RCC');
    rcc.value = 0b1000;
    const { map, ram } = mapOf(rcc);
    // Bits 3 and 4 of RCC_CR.
    const bit3 = 0x4200_0000 + 0x2_3800 * 32 + 3 * 4;
    expect([map.read(bit3, 4), map.read(bit3 + 4, 4)]).toEqual([1, 0]);
    map.write(bit3 + 4, 1, 4);
    expect(rcc.written).toEqual([[0, 0b1_1000, 0xffff_ffff]]);
    map.write(0x2200_0000 + 5 * 32 + 7 * 4, 0xff, 4);
    expect(ram[5]).toBe(0x80);
    expect(map.read(0x2200_0000 + 5 * 32 + 7 * 4, 4)).toBe(1);
    expect(map.read(0x2200_0000 + 5 * 32 + 6 * 4, 4)).toBe(0);
  });

  it('a peripheral without a model keeps its registers until a reset', () => {
    const { map } = mapOf();
    map.write(0x4001_3000, 0x0344, 4);
    map.write(0xe000_1004, 7, 4);
    expect([map.read(0x4001_3000, 4), map.read(0xe000_1004, 4)]).toEqual([0x0344, 7]);
    map.reset();
    expect([map.read(0x4001_3000, 4), map.read(0xe000_1004, 4)]).toEqual([0, 0]);
  });

  it('a reserved address between peripherals reads as 0', () => {
    const { map } = mapOf();
    map.write(0x4000_4800, 5, 4);
    expect(map.read(0x4000_4800, 4)).toBe(0);
  });

  it.each(['20020000', '60000000', '1ffe0000', '08100000', '40030000', 'f0000000'])(
    'nothing answers at 0x%s',
    hex => {
      const address = Number.parseInt(hex, 16);
      const { map } = mapOf();
      expect(() => map.read(address, 4)).toThrow(ProcessorFault);
      expect(() => map.write(address, 0, 4)).toThrow(ProcessorFault);
    },
  );

  it('an unaligned access to a register faults', () => {
    const { map } = mapOf(new Noting('RCC'));
    expect(() => map.read(0x4002_3801, 4)).toThrow('unaligned');
    expect(() => map.write(0x4002_3801, 0, 2)).toThrow('unaligned');
  });

  it('stores to the flash and to its alias at 0 go to its controller', () => {
    const { map, stores } = mapOf();
    map.write(0x0800_0010, 0x1234, 2);
    map.write(0x20, 0x56, 1);
    expect(stores).toEqual([
      [0x0800_0010, 0x1234, 2],
      [0x0800_0020, 0x56, 1],
    ]);
  });

  it('the factory has written the number of the chip and the size of its flash', () => {
    const { map } = mapOf();
    expect(map.read(0x1fff_7a10, 4)).toBe(0x0403_0201);
    expect(map.read(0x1fff_7a22, 2)).toBe(384);
    expect(map.read(0x1fff_7a2a, 2)).toBe(1502);
  });

  it('the registers of the processor are bytes, half-words and words', () => {
    const scs = new Noting('SCS');
    const { map } = mapOf(scs);
    map.write(0xe000_e403, 0xc0, 1);
    expect(scs.written).toEqual([[0x400, 0xc000_0000, 0xff00_0000]]);
  });
});
