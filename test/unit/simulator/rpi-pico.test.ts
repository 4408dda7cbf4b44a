import { Flash } from '@passfob/simulator/board/chips/flash';
import { RPI_PICO, RPI_PICO2 } from '@passfob/simulator/board/wiring/rpi-pico';
import { Operations } from '@passfob/simulator/faults/operations';
import { Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { describe, expect, it } from 'vitest';
import { lines, printed, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

const BUS = 'I2C1.setup({scl:D5,sda:D4,bitrate:400000});';
const BOARD = { board: 'rpi-pico' } as const;

/** Prints the exception of each transfer, and the milliseconds that it took. */
const TIMED = `${QUIET}${BUS}
function timed(f){var t=getTime(),said="good";try{f()}catch(e){said=e.toString()}print(said,Math.round((getTime()-t)*1000))}
function write(){timed(()=>I2C1.writeTo(0x57,new Uint8Array(34)))}
function read(){timed(()=>I2C1.readFrom(0x57,32))}`;

describe('the bus of a simulated Raspberry Pi Pico', () => {
  it('an absent part refuses a transfer of any length at once', () => {
    const without = { ...BOARD, parts: { eeprom: 'none' } } as const;
    expect(printed(`${TIMED}write();read();timed(()=>I2C1.writeTo(0x57,0))`, without)).toEqual([
      'Error: jshI2CWrite: I2C I/O error 0',
      'Error: jshI2CRead: I2C I/O error 0',
      'Error: jshI2CWrite: I2C I/O error 0',
    ]);
  });

  it('a bus that a part holds takes 50 ms and then ends in a timeout, write or read', () => {
    const hanging = { ...BOARD, faults: { bus: { at: { 1: 'hang' } } } } as const;
    expect(printed(`${TIMED}read();write();${BUS}read()`, hanging)).toEqual([
      'Error: jshI2CRead: timeout 50',
      'Error: jshI2CWrite: timeout 50',
      'Error: jshI2CRead: timeout 50',
    ]);
  });

  it('the transfer after a late start is good without a new setup', () => {
    const late = { ...BOARD, faults: { bus: { at: { 1: 'late' } } } } as const;
    expect(printed(`${TIMED}read();read()`, late)).toEqual(['Error: jshI2CRead: timeout 50', 'good 1']);
  });

  it('a held bus is free after nine clocks by hand, once its pins are those of I2C1 again', () => {
    const held = { ...BOARD, faults: { bus: { at: { 1: 'hang' } } } } as const;
    const clocks = (edges: number) =>
      `pinMode(D4,"input");pinMode(D5,"opendrain");for(var i=${edges};i--;)digitalWrite(D5,~i&1);`;
    expect(printed(`${TIMED}read();${clocks(16)}${BUS}read();${clocks(2)}read();${BUS}read()`, held)).toEqual(
      [
        'Error: jshI2CRead: timeout 50',
        'Error: jshI2CRead: timeout 50',
        'Error: jshI2CRead: I2C I/O error 0',
        'good 1',
      ],
    );
  });
});

prints('a simulated Raspberry Pi Pico', BOARD)`
  the button leads to ground, and reads high only with a pull-up:
    ${QUIET}print(digitalRead(D15)); pinMode(D15, "input_pullup"); print(digitalRead(D15));
    setInterval(() => print(digitalRead(D15)), 50);
    > 0
    > 1
    @ down; advance 52
    > 0
    @ up; advance 50
    > 1

  the button wakes a watch on its falling edge:
    ${QUIET}pinMode(D15, "input_pullup"); setWatch(e => print(e.state), D15, { repeat: true, edge: "both", debounce: 25 });
    @ press 0 100; advance 100
    > false
    > true

  there is no deep sleep, no USB keyboard, no BTN1 and no pin of an STM32:
    ${QUIET}print([typeof setDeepSleep, typeof E.setUSBHID, typeof E.sendUSBHID, typeof BTN1, typeof BTN, typeof B8, typeof D4].join());
    > undefined,undefined,undefined,undefined,undefined,undefined,object

  it has SHA-512, the modes of AES and PBKDF2:
    ${QUIET}var c = require("crypto"); print([c.SHA512("").byteLength, typeof c.AES.encrypt, typeof c.PBKDF2].join());
    > 64,function,function

  its serial has eight bytes:
    ${QUIET}print(/^[0-9a-f]{8}-[0-9a-f]{8}$/.test(getSerial()));
    > true
`;

it('the clock of a Raspberry Pi Pico starts at 0, and does again after E.reboot', () => {
  const fob = run(`${QUIET}print(Math.floor(getTime()));setTimeout(()=>E.reboot(),5000);`, BOARD);
  expect(lines(fob)).toEqual(['0']);
  fob.advance(12_000);
  expect(lines(fob)).toEqual(['0', '0', '0']);
  fob.close();
});

it('a Pico 2 differs in its variables, its queue and where Storage begins', () => {
  const told = (board: 'rpi-pico' | 'rpi-pico2') =>
    printed(`${QUIET}print(process.memory().total, process.env.BOARD)`, { board });
  expect(told('rpi-pico')[0]).toMatch(/^12000 /);
  expect(told('rpi-pico2')[0]).toMatch(/^16000 RP2350_PICO2$/);
  const differing = Object.keys(RPI_PICO).filter(
    key =>
      JSON.stringify(RPI_PICO[key as keyof typeof RPI_PICO]) !==
      JSON.stringify(RPI_PICO2[key as keyof typeof RPI_PICO]),
  );
  expect(differing).toEqual(['name', 'build', 'variables', 'queueBytes', 'flash']);
});

/** Microseconds that an operation on the flash of this board takes. */
function spent(act: (flash: Flash) => void): number {
  const { pageBytes, pages, timing } = RPI_PICO.flash;
  const erased = new Uint8Array(pageBytes * pages).fill(0xff);
  const store = memoryStore();
  store.write(0, erased);
  let us = 0;
  const flash = new Flash({
    memory: new Region(erased, store, 0, erased.length),
    pageBytes,
    timing,
    operations: new Operations({ seed: 1, count: 0, counted() {}, applied() {}, powerLost() {} }),
    spend: more => {
      us += more;
    },
    violations: [],
  });
  act(flash);
  return us;
}

it('the flash beside an RP2040 is programmed by pages of 256 bytes, whatever part of one is written', () => {
  const PAGE_US = 700;
  expect(spent(flash => flash.write(0, new Uint8Array(1)))).toBe(PAGE_US);
  expect(spent(flash => flash.write(0, new Uint8Array(256)))).toBe(PAGE_US);
  expect(spent(flash => flash.write(255, new Uint8Array(2)))).toBe(2 * PAGE_US);
  expect(spent(flash => flash.write(10, new Uint8Array(512)))).toBe(3 * PAGE_US);
  expect(spent(flash => flash.erasePage(1))).toBe(45_000);
});
