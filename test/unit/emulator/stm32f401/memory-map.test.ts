import { ProcessorFault } from '@passfob/emulator/core/fault';
import { MemoryMap } from '@passfob/emulator/stm32f401/memory-map';
import { systemMemory, TYPICAL_CALIBRATION } from '@passfob/emulator/stm32f401/system-memory';
import { expect, it } from 'vitest';
import { type Stage, scripts } from '../kit/register-script.ts';

const NAMES = {
  SCS: 0xe000_e000,
  USART1: 0x4001_1000,
  RCC: 0x4002_3800,
  GPIOA: 0x4002_0000,
  GPIOB: 0x4002_0400,
};
const hex = (value: number): string => (value >>> 0).toString(16);

/** Peripherals that note what reaches them and hold `value`. `write` and `read` take an address and the count of bytes. */
function makeMap() {
  const flash = new Uint8Array(1024).fill(0xff);
  const ram = new Uint8Array(1024);
  const noted: string[] = [];
  const stores: string[] = [];
  let held = 0;
  const peripherals = Object.keys(NAMES).map(name => ({
    name,
    reset: () => undefined,
    read: () => held,
    write: (offset: number, value: number, mask: number) =>
      noted.push(`${name}+${hex(offset)} ${hex(value)}&${hex(mask)}`),
  }));
  const map = new MemoryMap({
    flash,
    ram,
    systemMemory: systemMemory({
      uniqueId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      flashBytes: 384 * 1024,
      calibration: TYPICAL_CALIBRATION,
    }),
    peripherals: new Map(peripherals.map(each => [each.name, each])),
    processor: new Map(peripherals.filter(({ name }) => name === 'SCS').map(each => [NAMES.SCS, each])),
    flashWrites: { write: (address, value, bytes) => stores.push(`${hex(value)}/${bytes}@${hex(address)}`) },
  });
  const stage: Stage = {
    registers: {},
    // The words of the bits of RCC_CR, and of byte 5 of the SRAM.
    names: { ...NAMES, CR_BITS: 0x4200_0000 + 0x2_3800 * 32, RAM_BITS: 0x2200_0000 + 5 * 32 },
    shows: {
      read: (address, bytes) => map.read(Number(address), Number(bytes) as 1 | 2 | 4),
      noted: () => noted.join(' '),
      stores: () => stores.join(' '),
      ram: at => ram[Number(at)],
    },
    acts: {
      hold: value => {
        held = Number(value);
      },
      write: (address, value, bytes) => map.write(Number(address), Number(value), Number(bytes) as 1 | 2 | 4),
      reset: () => map.reset(),
    },
  };
  return { map, stage };
}

scripts('the memory map of the STM32F401', () => makeMap().stage)`
  a byte or half-word for an APB is repeated all over the word:
    write USART1+4 0x41 1; write USART1+12 0x202c 2
    noted is USART1+4 41414141&ffffffff USART1+c 202c202c&ffffffff

  a half-word for the AHB reaches its half of the word only:
    write GPIOB+0x1a 0x0004 2; noted is GPIOB+18 40000&ffff0000

  a part of a word is read from its place:
    hold 0x12345678; read GPIOA+0x10 4 is 0x12345678; read GPIOA+0x12 2 is 0x1234; read GPIOA+0x11 1 is 0x56

  a bit of a peripheral has a word of its own:
    hold 8; read CR_BITS+12 4 is 1; read CR_BITS+16 4 is 0; write CR_BITS+16 1 4; noted is RCC+0 18&ffffffff

  a bit of the SRAM has a word of its own:
    write RAM_BITS+28 0xff 4; ram 5 is 0x80; read RAM_BITS+28 4 is 1; read RAM_BITS+24 4 is 0

  a peripheral without a model keeps its registers until a reset:
    write 0x40013000 0x0344 4; write 0xe0001004 7 4; read 0x40013000 4 is 0x0344; read 0xe0001004 4 is 7
    reset; read 0x40013000 4 is 0; read 0xe0001004 4 is 0

  a reserved address between peripherals reads as 0:
    write 0x40004800 5 4; read 0x40004800 4 is 0

  stores to the flash and to its alias at 0 go to its controller:
    write 0x08000010 0x1234 2; write 0x20 0x56 1; stores is 1234/2@8000010 56/1@8000020

  the factory has written the number of the chip and the size of its flash:
    read 0x1fff7a10 4 is 0x04030201; read 0x1fff7a22 2 is 384; read 0x1fff7a2a 2 is 1502

  the registers of the processor are bytes, half-words and words:
    write SCS+0x403 0xc0 1; noted is SCS+400 c0000000&ff000000
`;

it.each(['20020000', '60000000', '1ffe0000', '08100000', '40030000', 'f0000000'])(
  'nothing answers at 0x%s',
  text => {
    const address = Number.parseInt(text, 16);
    const { map } = makeMap();
    expect(() => map.read(address, 4)).toThrow(ProcessorFault);
    expect(() => map.write(address, 0, 4)).toThrow(ProcessorFault);
  },
);

it('an unaligned access to a register faults', () => {
  const { map } = makeMap();
  expect(() => map.read(0x4002_3801, 4)).toThrow('unaligned');
  expect(() => map.write(0x4002_3801, 0, 2)).toThrow('unaligned');
});
