import { virtualChip } from '@passfob/emulator';
import { KINDS } from '@passfob/emulator/board/kinds';
import { storageOf } from '@passfob/emulator/board/storage';
import { Operations } from '@passfob/simulator/faults/operations';
import { nameOf, StorageFiles } from '@passfob/simulator/interpreter/storage/storage-files';
import { Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/memory-store';
import { expect, it } from 'vitest';
import { assembled, BLINK, ECHO, EEPROM_WRITE, writes } from './programs.ts';

it('a virtual chip tells of each edge at a pin', () => {
  const chip = virtualChip({ firmware: BLINK });
  const edges: (readonly [string, boolean, number])[] = [];
  const stop = chip.onPin((pin, isHigh) => edges.push([pin, isHigh, Math.round(chip.now)]));
  chip.advance(3.5);
  stop();
  chip.advance(3);
  expect(edges).toEqual([
    ['B2', true, 1],
    ['B2', false, 2],
    ['B2', true, 3],
  ]);
  expect(chip.level('B2')).toBe(false);
  expect(() => chip.level('B16')).toThrow('there is no pin B16');
});

it('a virtual chip has a serial port, and starts anew after a reset', () => {
  const chip = virtualChip({ firmware: ECHO });
  const echoed: number[] = [];
  chip.serial1.onData(bytes => echoed.push(...bytes));
  chip.advance(1);
  chip.serial1.write(Uint8Array.of(7));
  chip.advance(5);
  chip.reset();
  chip.advance(1);
  chip.serial1.write(Uint8Array.of(8));
  chip.advance(5);
  expect(echoed).toEqual([8, 9]);
  expect(chip.faults).toEqual([]);
});

it('a virtual chip may be reset from within a listener, and then starts again', () => {
  const chip = virtualChip({ firmware: BLINK });
  const rises: number[] = [];
  chip.onPin((_pin, isHigh) => {
    if (!isHigh) return;
    rises.push(Math.round(chip.now));
    if (rises.length === 1) chip.reset();
  });
  chip.advance(3.5);
  expect(rises).toEqual([1, 2]);
});

it('a virtual chip tells the pulses that a timer sends at a pin, and their level at the moment', () => {
  const [RCC, GPIOA, TIM2] = [0x4002_3800, 0x4002_0000, 0x4000_0000];
  const source = writes(
    ...([
      [RCC + 0x30, 1],
      [RCC + 0x40, 1],
      [GPIOA, 2],
      [GPIOA + 0x20, 1],
      // 1000 steps of a microsecond, of which PWM mode 1 sends 250 high.
      [TIM2 + 0x28, 15],
      [TIM2 + 0x2c, 999],
      [TIM2 + 0x34, 250],
      [TIM2 + 0x18, 0x60],
      [TIM2 + 0x20, 1],
      [TIM2 + 0x14, 1],
      [TIM2, 1],
    ] as const),
  );
  const chip = virtualChip({ firmware: assembled(source) });
  chip.advance(10.1);
  expect(chip.pulses('A0')).toEqual({ hz: 1000, duty: 0.25 });
  expect(chip.pulses('A1')).toBeUndefined();
  expect(chip.level('A0')).toBe(true);
  chip.advance(0.4);
  expect(chip.level('A0')).toBe(false);
});

it('a virtual chip is woken from standby by a rising edge at A0, by a reset', () => {
  const [RCC, GPIOB, PWR, SCR] = [0x4002_3800, 0x4002_0400, 0x4000_7000, 0xe000_ed10];
  const source = writes(
    ...([
      [RCC + 0x30, 2],
      [RCC + 0x40, 1 << 28],
      [GPIOB, 0x10],
      [GPIOB + 0x18, 4],
      [PWR + 4, 0x100],
      [PWR, 2],
      [SCR, 4],
    ] as const),
  );
  const chip = virtualChip({ firmware: assembled(`${source}\n  bf30  wfi`) });
  let starts = 0;
  chip.onPin((pin, isHigh) => {
    if (pin === 'B2' && isHigh) starts++;
  });
  chip.advance(5);
  chip.drive('A0', true);
  chip.advance(5);
  expect(starts).toBe(2);
  chip.drive('A0', false);
  chip.advance(5);
  expect(starts).toBe(2);
});

it('a virtual chip talks to a part at its address', () => {
  const received: number[][] = [];
  const memory = [0x5a];
  const chip = virtualChip({
    firmware: EEPROM_WRITE,
    parts: [
      {
        address: 0x57,
        write: bytes => void received.push([...bytes]),
        startRead: () => () => memory[0] ?? 0xff,
      },
    ],
  });
  chip.advance(20);
  expect(received[0]).toEqual([0, 0x40, 0x5a]);
  expect(chip.level('B2')).toBe(true);
});

/** The flag of a file that grows. */
const STORAGE_FILE = 64;
const STORAGE_AT = 0x4000;

function storageIn(flash: Uint8Array) {
  const operations = new Operations({ seed: 1, count: 0, counted() {}, applied() {}, powerLost() {} });
  const storage = storageOf(KINDS.pico, new Region(flash, memoryStore(), 0, flash.length), operations);
  return { storage, found: [...new StorageFiles(storage, () => false).walk(0)] };
}

/** The data of each file in the Storage of a chip. */
function filesIn(flash: Uint8Array): Record<string, number[]> {
  const { storage, found } = storageIn(flash);
  return Object.fromEntries(
    found.map(({ at, header }) => [nameOf(header), [...storage.read(at + 32, header.size)]]),
  );
}

/** Where the header of a file is in a flash. */
function storedIn(flash: Uint8Array, name: string): { readonly headerAt: number } {
  const file = storageIn(flash).found.find(({ header }) => nameOf(header) === name);
  if (file === undefined) throw new Error(`there is no file ${name}`);
  return { headerAt: STORAGE_AT + file.at };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const made = (options: object) => () => virtualChip({ firmware: BLINK, ...options });
const part = { address: 0x48, write() {}, startRead: () => () => 0 };

it.each([
  ['no firmware', { firmware: undefined }, 'firmware is missing'],
  ['a path in place of firmware', { firmware: 'espruino.bin' }, 'readFileSync(path)'],
  ['a flash of another size', { flash: new Uint8Array(10) }, 'flash must be the 393216 bytes'],
  ['a file of text', { files: { '.bootcde': 'print(1)' } }, 'Buffer.from(text)'],
  ['a file with a long name', { files: { ['x'.repeat(29)]: bytes('1') } }, 'Storage keeps 28 characters'],
  ['parts that are no list', { parts: {} }, 'parts must be a list'],
  ['an address of eight bits', { parts: [{ ...part, address: 0x90 }] }, 'seven bits'],
  ['two parts with one address', { parts: [part, part] }, 'two parts have the address 0x48'],
  ['a part that cannot be read', { parts: [{ address: 0x48, write() {} }] }, 'needs the method startRead'],
  ['a speed that cannot be', { cyclesPerInstruction: 0 }, 'cyclesPerInstruction must be'],
  ['a pace of text', { usbWaitTicks: '2' }, 'usbWaitTicks must be'],
])('a virtual chip refuses %s', (_what, options, message) => expect(made(options)).toThrow(message));

it('a virtual chip refuses times, bytes and levels that are none', () => {
  const chip = virtualChip({ firmware: BLINK });
  for (const ms of [Number.NaN, -1, Number.POSITIVE_INFINITY, undefined])
    expect(() => chip.advance(ms as number)).toThrow('time moves forward only');
  const text: unknown = '1+1';
  expect(() => chip.usb.write(text as Uint8Array)).toThrow('must be bytes');
  const low: unknown = 'low';
  expect(() => chip.drive('A0', low as boolean)).toThrow('a level is true');
  const refusals: unknown[] = [];
  chip.onPin(() => {
    try {
      chip.advance(1);
    } catch (error) {
      refusals.push(error);
    }
  });
  chip.advance(1.5);
  expect(refusals).toEqual([new Error('time cannot be advanced from within a listener')]);
});

it('a virtual chip keeps the files of an earlier flash with their kind, but for those that it gets anew', () => {
  const files = { '.bootcde': bytes('old'), data: new Uint8Array(9_000).fill(1), log: bytes('kept') };
  const earlier = virtualChip({ firmware: BLINK, files });
  // Byte 3 of the header of the last file: a StorageFile of Espruino.
  const { headerAt } = storedIn(earlier.flash, 'log');
  earlier.flash[headerAt + 3] = STORAGE_FILE;
  const later = virtualChip({
    firmware: BLINK,
    flash: earlier.flash,
    files: { '.bootcde': bytes('a longer new one') },
  });
  const { '.bootcde': code, ...others } = filesIn(later.flash);
  expect(Buffer.from(code ?? []).toString()).toBe('a longer new one');
  expect(others).toEqual({ data: [...files.data], log: [...files.log] });
  const kept = storedIn(later.flash, 'log');
  expect(later.flash[kept.headerAt + 3]).toBe(STORAGE_FILE);
});
