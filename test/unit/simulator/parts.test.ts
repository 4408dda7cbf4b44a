import { boot, type Fob } from '@passfob/simulator';
import { PART_NAMES } from '@passfob/simulator/base/boards-and-parts';
import { Sockets } from '@passfob/simulator/board/chips/sockets';
import { recordFob } from '@passfob/simulator/recording/replay/recorder';
import { expect, it } from 'vitest';
import { run } from './kit.ts';

const part = (name: string) => ({
  address: 0x48,
  name,
  ready: () => true,
  write() {},
  read: () => new Uint8Array(),
  startRead: () => () => 0,
  powerOn() {},
  powerOff() {},
});

it('setPart refuses an unknown part and names the parts', () => {
  const fob = run('');
  const setPart = fob.setPart as (name: string, connected: boolean) => void;
  expect(() => setPart('lamp', true)).toThrow(
    'there is no part "lamp": the parts are display, clock, eeprom',
  );
  expect(fob.inspect().parts).toEqual({ display: true, clock: true, eeprom: true });
  fob.close();
});

it.each([
  [{ lamp: true }, 'there is no part "lamp": the parts are display, clock, eeprom'],
  [{ clock: 'no' }, 'parts.clock is true or false, and not "no"'],
  [{ eeprom: false }, 'parts.eeprom is AT24C32 or AT24C256 or none, and not false'],
])('a boot with parts %j says what they may be', (parts, message) => {
  const asked = boot as (options: object) => Fob;
  expect(() => asked({ board: 'pico', parts })).toThrow(message);
});

it('a bus refuses to connect a part that it does not have', () => {
  const sockets = new Sockets([part('a thermometer')]);
  expect(() => sockets.connect(part('a lamp'), true, true)).toThrow('a lamp is no part of this bus');
});

it('every part can be pulled off and put back', () => {
  const fob = run('');
  for (const name of PART_NAMES) {
    fob.setPart(name, false);
    expect(fob.inspect().parts?.[name]).toBe(false);
    fob.setPart(name, true);
  }
  fob.close();
});

/** Calls that change nothing, and those that give out what is recorded itself. */
const UNRECORDED = [
  'close',
  'consoleText',
  'faults',
  'inspect',
  'now',
  'onEvent',
  'onScreen',
  'ranMs',
  'screen',
  'storedFile',
  'wear',
];

it('a recording has every call that changes a fob', () => {
  const fob = run('');
  const startMs = fob.now();
  const recorded = Object.getOwnPropertyNames(recordFob(fob, { clock: 'virtual', startMs } as never).fob);
  const calls = Object.entries(fob).filter(([, value]) => typeof value === 'function');
  const unrecorded = calls.map(([name]) => name).filter(name => !recorded.includes(name));
  expect(unrecorded.sort()).toEqual(UNRECORDED);
  fob.close();
});
