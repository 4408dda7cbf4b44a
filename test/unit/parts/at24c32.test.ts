import { type BootOptions, boot, memoryStore, type StateStore } from '@passfob/simulator';
import { EEPROM_BYTES, LARGE_EEPROM_BYTES, STATE_HEADER_BYTES } from '@passfob/simulator/base/limits';
import { beforeAll, describe, expect, it } from 'vitest';
import { bench, bootFile, partImage } from './kit.ts';

let image: Record<string, Uint8Array>;
beforeAll(async () => {
  image = await partImage({ At24c32: 'at24c32' });
});

type Chip = 'AT24C32' | 'AT24C256';
const PROBE_PAGE = 25;
const MAKE = 'global.m = new At24c32(); m.pages';

/** The memories of a fob with this chip, which holds `contents(address)`. */
function holding(eeprom: Chip, contents: (address: number) => number): StateStore {
  const storage = memoryStore();
  bench(image, { storage, parts: { eeprom } }).fob.close();
  const length = eeprom === 'AT24C32' ? EEPROM_BYTES : LARGE_EEPROM_BYTES;
  storage.write(
    STATE_HEADER_BYTES,
    Uint8Array.from({ length }, (_, address) => contents(address)),
  );
  return storage;
}

function memory(storage: StateStore, eeprom: Chip): Uint8Array {
  const length = eeprom === 'AT24C32' ? EEPROM_BYTES : LARGE_EEPROM_BYTES;
  return (storage.load() ?? new Uint8Array()).subarray(STATE_HEADER_BYTES, STATE_HEADER_BYTES + length);
}

const boots = (storage: StateStore, eeprom: Chip, options: Partial<BootOptions> = {}) =>
  bench(image, { storage, parts: { eeprom }, ...options });

const CONTENTS: readonly [string, (address: number) => number][] = [
  ['0xFF everywhere', () => 0xff],
  ['zeros everywhere', () => 0],
  ['something else at each place', address => (address * 7 + (address >> 8)) & 255],
  ['the same in every 4 kB', address => address & 255],
];

describe('the size of the EEPROM', () => {
  for (const [how, contents] of CONTENTS) {
    it.each(['AT24C32', 'AT24C256'] as const)(
      `the size of the EEPROM is detected on an %s that holds ${how}`,
      eeprom => {
        const storage = holding(eeprom, contents);
        const before = memory(storage, eeprom).slice();
        for (let boot = 0; boot < 3; boot++) {
          const { ask, fob } = boots(storage, eeprom);
          expect(ask(MAKE)).toBe(eeprom === 'AT24C32' ? 128 : 1024);
          expect(fob.violations).toEqual([]);
          fob.advance(20);
          fob.close();
        }
        const after = memory(storage, eeprom);
        const changed = [...after.keys()].filter(at => after[at] !== before[at]);
        expect(changed.filter(at => Math.floor(at / 32) !== PROBE_PAGE)).toEqual([]);
      },
    );
  }

  it.each(['AT24C32', 'AT24C256'] as const)('a power cut during size detection does no harm (%s)', eeprom => {
    let cuts = 0;
    for (let seed = 0; seed < 40; seed++) {
      const storage = holding(eeprom, address => address & 255);
      const before = memory(storage, eeprom).slice();
      const { ask, fob } = boots(storage, eeprom, { seed });
      fob.cutPowerAtOperation(1);
      ask(MAKE);
      if (!fob.powered) cuts++;
      fob.powerOn();
      expect(ask(MAKE)).toBe(eeprom === 'AT24C32' ? 128 : 1024);
      fob.advance(20);
      const after = memory(storage, eeprom);
      const changed = [...after.keys()].filter(at => after[at] !== before[at]);
      expect(changed.filter(at => Math.floor(at / 32) !== PROBE_PAGE)).toEqual([]);
      fob.close();
    }
    expect(cuts).toBe(40);
  });

  it('a large EEPROM is used to its end', () => {
    const { ask, fob } = boots(
      holding('AT24C256', () => 0xff),
      'AT24C256',
    );
    ask(MAKE);
    expect(ask('m.write(32736, new Uint8Array(32).fill(7))')).toBe(true);
    expect(ask('m.write(64, new Uint8Array(32).fill(8))')).toBe(true);
    expect(ask('m.read(32704, 64).join("")')).toBe(`${'255'.repeat(32)}${'7'.repeat(32)}`);
    expect(fob.violations).toEqual([]);
  });

  /** Writes pages one after the other; returns what a part that was asked too early complains of. */
  function complaintsOfWrites(options: Partial<BootOptions>, before = '0'): readonly string[] {
    const { ask, fob } = bench(image, options);
    ask(`${before}; ${MAKE}`);
    for (let page = 0; page < 20; page++)
      expect(ask(`m.write(${page * 32}, new Uint8Array(32).fill(${page + 1}))`)).toBe(true);
    return fob.violations;
  }

  it('the EEPROM is left alone until its write is over, by the fastest oscillator of the microcontroller', () => {
    // LSI has 17 to 47 kHz, and counts as 32 (data sheet of the STM32F401, table 37).
    for (const oscillatorPpm of [0, 470_000, -470_000])
      expect(complaintsOfWrites({ oscillatorPpm })).toEqual([]);
  });

  it('the EEPROM is left alone until its write is over, although the clock of the interpreter jumps ahead', () => {
    // As slow as on a board, where a look at the clock takes 0.4 ms, and half a second ahead at each.
    const jumping = `global.real = getTime; global.looks = 0;
      global.getTime = () => { for (var i = 0; i < 12; i++) real(); return real() + looks++ / 2; }`;
    expect(complaintsOfWrites({}, jumping.replace(/\n */g, ' '))).toEqual([]);
  });

  it('the size of an absent EEPROM is unknown until it answers, and soon nothing is read or waited for', () => {
    const { ask, fob } = bench(image, { parts: { eeprom: 'none' } });
    expect(ask(MAKE)).toBe(0);
    const before = fob.now();
    for (let i = 0; i < 50; i++)
      expect(ask('[m.read(0, 32), m.write(0, new Uint8Array(2))]')).toEqual([null, false]);
    expect(fob.now() - before).toBeLessThan(20);
    fob.setPart('eeprom', true);
    fob.advance(1_000);
    expect(ask('m.pages')).toBe(128);
  });
});

it('a fob that starts while the EEPROM still ends a write waits for it', () => {
  const files = ['.boot0', '.bootcde', 'app'].map(name => bootFile('pico', name));
  const image: Record<string, Uint8Array> = Object.assign({}, ...files);
  // As if a write of the life before were under way: its start is the last thing before the image's.
  const writing = 'I2C1.setup({scl:B8,sda:B9,bitrate:400000});I2C1.writeTo(0x57,[3,32,7]);';
  const { '.bootcde': bootcde = new Uint8Array() } = image;
  const fob = boot({
    board: 'pico',
    seed: 1,
    crystal: false,
    image: { ...image, '.bootcde': Buffer.concat([Buffer.from(writing, 'latin1'), bootcde]) },
  });
  expect([fob.violations, fob.consoleText()]).toEqual([[], '']);
  expect(fob.screen().text.join(' ')).not.toContain('does not answer');
});
