import { busFault } from '@passfob/simulator/faults/bus';
import { FaultDraw } from '@passfob/simulator/faults/draw';
import { expect, it } from 'vitest';
import { type Bench, bench, partImage } from '../parts/kit.ts';

/** Microseconds may be lost in JSON. */
const NEAR_MS = 200;

async function board(options: Parameters<typeof bench>[1] = {}): Promise<Bench> {
  return bench(await partImage({ I2cPart: 'i2c' }), options);
}

/** Runs a transfer. Returns the exception, if any, and how long it took. */
function timed({ ask, fob }: Bench, transfer: string): { error: unknown; tookMs: number } {
  const before = fob.now();
  const error = ask(`(function(){try{${transfer}}catch(e){return e.toString()}return ""})()`);
  return { error, tookMs: fob.now() - before };
}

const READ = 'I2C1.readFrom(0x57,32)';
const WRITE = 'I2C1.writeTo(0x57,0)';
const SETUP = 'I2C1.setup({scl:B8,sda:B9,bitrate:400000})';
const CLOCKS = 'pinMode(B9,"input");pinMode(B8,"opendrain");for(var i=18;i--;)digitalWrite(B8,~i&1)';

it.each([
  [1, 1_200],
  [7, 4_800],
  [34, 20_900],
  [64, 38_900],
])(
  'a transfer of %i bytes to an absent part takes as long as on the real driver',
  async (bytes, wantedMs) => {
    const one = await board({ parts: { eeprom: 'none' } });
    const { error, tookMs } = timed(one, `I2C1.writeTo(0x57,new Uint8Array(${bytes}))`);
    expect(error).toContain('Timeout on I2C Write');
    expect(Math.abs(tookMs - wantedMs)).toBeLessThan(NEAR_MS);
  },
);

it('a read that fails has happened, and the next one is good', async () => {
  const one = await board({ faults: { bus: { at: { 1: 'fail' } } } });
  expect(timed(one, READ).error).toContain('Timeout on I2C Read');
  expect(timed(one, READ).error).toBe('');
});

it('after a late start every transfer fails until I2C1 is set up anew', async () => {
  const one = await board({ faults: { bus: { at: { 1: 'late' } } } });
  expect(timed(one, READ)).toEqual({ error: 'Error: I2C device not responding', tookMs: 0 });
  expect(timed(one, WRITE).error).toContain('not responding');
  expect(timed(one, `${SETUP};${WRITE}`).error).toBe('');
});

it('a part that holds SDA lets go after nine clocks, and I2C1 must then be set up', async () => {
  const one = await board({ faults: { bus: { at: { 1: 'hang' } } } });
  expect(timed(one, READ).error).toContain('not responding');
  expect(timed(one, `${SETUP};${WRITE}`).error).toContain('not responding');
  expect(timed(one, `${CLOCKS};${WRITE}`).error).toContain('not responding');
  expect(timed(one, `${SETUP};${WRITE}`).error).toBe('');
});

it('the same seed fails the same transfers, and another one others', () => {
  const kinds = (seed: number) => {
    const faults = new FaultDraw(seed);
    faults.set({ bus: { fail: 10, late: 10, hang: 10 } });
    return Array.from({ length: 200 }, (_, at) => busFault(faults, at + 1)?.kind ?? 'good');
  };
  expect(kinds(1)).toEqual(kinds(1));
  expect(kinds(1)).not.toEqual(kinds(2));
  expect(new Set(kinds(1)).size).toBe(4);
});

it.each(['fail', 'late', 'hang'] as const)(
  'a transfer that fails once (%s) is tried again by the part',
  async kind => {
    for (let transfer = 1; transfer <= 4; transfer++) {
      const { ask, fob } = await board();
      ask('global.p = new I2cPart(0x57); p.send([1, 0, 5, 6, 7])');
      fob.advance(10);
      fob.setFaults({ seed: transfer, bus: { at: { [transfer]: kind } } });
      expect(ask('p.send([1, 0, 8, 9, 10])')).toBe(true);
      fob.advance(10);
      expect(ask('p.ask([1, 0], 4).join()')).toBe('8,9,10,255');
      expect(fob.violations).toEqual([]);
    }
  },
);

it('an absent part costs less than a twentieth of the time after the first minute', async () => {
  const { ask, fob } = await board({ parts: { clock: false } });
  ask('global.p = new I2cPart(0x68); global.w = 0; 0');
  const use = (forMs: number) => {
    const end = fob.now() + forMs;
    let lostMs = 0;
    while (fob.now() < end) {
      const before = fob.now();
      ask('p.ask(0, 16); 0');
      lostMs += fob.now() - before;
      fob.advance(100);
    }
    return lostMs / forMs;
  };
  expect(use(60_000)).toBeLessThan(0.2);
  expect(use(600_000)).toBeLessThan(0.05);
  fob.setPart('clock', true);
  fob.advance(32_000);
  expect(ask('p.ask(0, 16).length')).toBe(16);
});
