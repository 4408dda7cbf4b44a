import { virtualBoard } from '@passfob/emulator/board/virtual-board';
import { memoryStore } from '@passfob/simulator/recording/state/memory-store';
import { expect, it } from 'vitest';
import { BLINK, ECHO, EEPROM_WRITE, FLASH_WRITE } from './programs.ts';

const STORAGE_PAGE = 16_384;

/** The bytes that FLASH_WRITE leaves. */
const WRITTEN = new Uint8Array(32).map((_, at) => [0x44, 0x33, 0x22, 0x11][at % 4] ?? 0);

it('a virtual board blinks a pin by SysTick and sleeps between', () => {
  const board = virtualBoard({ firmware: BLINK, seed: 1 });
  board.advance(1000);
  const { exceptions, instructions, seconds, idleSeconds } = board.counters();
  expect(exceptions).toBeGreaterThanOrEqual(999);
  expect(exceptions).toBeLessThanOrEqual(1001);
  expect(instructions).toBeLessThan(20_000);
  expect(seconds).toBeCloseTo(1, 3);
  expect(idleSeconds).toBeGreaterThan(0.98);
  expect(board.executedForms().slice(0, 3)).toEqual([
    'LDR (literal) T1',
    'MOV (immediate) T1',
    'STR (immediate) T1',
  ]);
  expect(board.violations).toEqual([]);
});

it.each([{}, { wire: { flip: 10 } }])('a board refuses text for its link, with the faults %j', faults => {
  const board = virtualBoard({ firmware: BLINK, faults });
  const text: unknown = '123';
  expect(() => board.link.write(text as Uint8Array)).toThrow('must be bytes');
});

it('a virtual board tells the forms of instructions that were executed before a loss of power, too', () => {
  const board = virtualBoard({ firmware: BLINK, seed: 1 });
  board.advance(10);
  const before = board.executedForms();
  board.cutPower();
  expect(board.executedForms()).toEqual(before);
  expect(before).toContain('EOR (register) T1');
});

it('a virtual board echoes bytes on the serial port at its rate', () => {
  const board = virtualBoard({ firmware: ECHO, seed: 1 });
  board.advance(1);
  const echoed: (readonly [number, number])[] = [];
  const startMs = board.now();
  board.serial('Serial1').onData(bytes => {
    for (const byte of bytes) echoed.push([byte, board.now() - startMs]);
  });
  board.serial('Serial1').write(Uint8Array.of(0x41, 0x42));
  board.advance(10);
  // A frame takes 1.04 ms at 9600 baud; the second byte of the echo ends two frames after the first one came.
  expect(echoed).toEqual([
    [0x42, 2],
    [0x43, 3],
  ]);
});

it('a virtual board writes to the EEPROM and polls until it answers', () => {
  const board = virtualBoard({ firmware: EEPROM_WRITE, seed: 1 });
  board.advance(30);
  expect(board.wear().eepromWrites[2]).toBe(1);
  expect(board.operations).toBe(1);
  expect(board.transfers).toBeGreaterThan(2);
});

it('a virtual board erases and programs flash, which its state keeps', () => {
  const storage = memoryStore();
  const board = virtualBoard({ firmware: FLASH_WRITE, seed: 1, storage });
  const happened: string[] = [];
  board.onEvent(event => {
    if (event.kind === 'memory') happened.push(`${event.act} ${event.at} ${event.length}`);
  });
  board.advance(1000);
  expect(board.operations).toBe(9);
  expect(board.wear().flashErases).toEqual([1, 0, 0]);
  expect(happened).toEqual([`erase 0 ${STORAGE_PAGE}`, 'write 0 32']);
  board.close();
  const state = storage.load() ?? new Uint8Array();
  const at = state.length - 384 * 1024 + STORAGE_PAGE;
  expect(state.subarray(at, at + 32)).toEqual(WRITTEN);
});

it('a virtual board loses its power in any word, and only that word is torn', () => {
  for (let cut = 1; cut <= 9; cut++) {
    const storage = memoryStore();
    const board = virtualBoard({ firmware: FLASH_WRITE, seed: cut, storage });
    board.cutPowerAtOperation(cut);
    board.advance(1000);
    expect(board.powered).toBe(false);
    expect(board.operations).toBe(cut);
    board.close();
    const state = storage.load() ?? new Uint8Array();
    const at = state.length - 384 * 1024 + STORAGE_PAGE;
    const words = cut - 2;
    if (words > 0) expect(state.subarray(at, at + 4 * words)).toEqual(WRITTEN.subarray(0, 4 * words));
    const rest = at + 4 * Math.max(0, words + 1);
    expect(state.subarray(rest, rest + 100).every(byte => byte === 0xff)).toBe(true);
  }
});

it('a virtual board starts again after a loss of power and does the same', () => {
  const board = virtualBoard({ firmware: FLASH_WRITE, seed: 1 });
  board.cutPowerAtOperation(4);
  board.advance(1000);
  board.powerOn();
  board.advance(1000);
  expect(board.operations).toBe(4 + 9);
  expect(board.powered).toBe(true);
});

it('a virtual board refuses the state of a board with another firmware, unless it is to be replaced', () => {
  const storage = memoryStore();
  virtualBoard({ firmware: BLINK, seed: 1, storage }).close();
  expect(() => virtualBoard({ firmware: ECHO, seed: 1, storage })).toThrow('another firmware');
  virtualBoard({ firmware: BLINK, seed: 1, storage }).close();
  const updated = virtualBoard({ firmware: ECHO, seed: 1, storage, updateFirmware: true });
  updated.advance(1);
  updated.close();
  virtualBoard({ firmware: ECHO, seed: 1, storage }).close();
});

it('a virtual board refuses a misspelt source of randomness, which would make its secrets guessable', () => {
  const options = { firmware: BLINK, ...JSON.parse('{"random":"Real"}') };
  expect(() => virtualBoard(options)).toThrow("random is 'real' or 'seed'");
});

it('a virtual board says where a program without a handler went wrong', () => {
  const board = virtualBoard({
    firmware: BLINK.map((byte, at) => (at === 0x200 ? 0xff : at === 0x201 ? 0xde : byte)),
  });
  board.advance(1);
  expect(board.violations[0]).toMatch(/^HardFault: undefined-instruction at 08000200/);
});

it('a virtual board has no parts and ports beyond its own', () => {
  const board = virtualBoard({ firmware: BLINK, seed: 1 });
  expect(() => board.serial('Serial2')).toThrow('USB and Serial1');
  const setPart = board.setPart as (name: string, connected: boolean) => void;
  expect(() => setPart('lamp', true)).toThrow('the parts are display, clock, eeprom');
  const made = virtualBoard as (options: object) => unknown;
  expect(() => made({ firmware: ECHO, parts: { lamp: true } })).toThrow('there is no part "lamp"');
  expect(() => made({ firmware: ECHO, parts: [{ address: 0x48 }] })).toThrow('virtualChip');
  expect(() => board.moveWrist('tap')).toThrow('nobody wears');
  expect(() => board.keyDown(1)).toThrow('there is no key 1');
  expect(board.screen().on).toBe(false);
  expect(board.screen().text).toEqual([]);
});
