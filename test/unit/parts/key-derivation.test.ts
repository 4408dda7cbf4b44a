import { pbkdf2Sync } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { bench, partImage } from './kit.ts';

/** Of the STM32F401's own image, as it measured them in an emulated microcontroller. */
const BOARD_ROUNDS = 1796;

let image: Record<string, Uint8Array>;
beforeAll(async () => {
  image = await partImage({ NativeKeyDerivation: 'key-derivation' });
});

it('key derivation is PBKDF2-HMAC-SHA256 with 32 bytes', () => {
  const { ask } = bench(image);
  const made = ask(
    'Array.isArray(0), new NativeKeyDerivation().derive(new Uint8Array([49,50,51,52]), new Uint8Array(16).fill(7), 777).join()',
  );
  expect(made).toBe([...pbkdf2Sync('1234', Buffer.alloc(16, 7), 777, 32, 'sha256')].join());
});

it('key derivation takes half a second with its measured number of rounds', () => {
  const { ask, fob } = bench(image);
  const rounds = Number(ask('global.s = new NativeKeyDerivation(); s.iterations()'));
  expect(rounds).toBe(BOARD_ROUNDS);
  const before = fob.now();
  ask(`s.derive(new Uint8Array(4), new Uint8Array(16), ${rounds}); 0`);
  expect(fob.now() - before).toBeGreaterThan(450);
  expect(fob.now() - before).toBeLessThan(550);
});

it.each(['virtual', 'real'] as const)(
  'the number of rounds is the board’s on a %s clock, however long this computer takes',
  clock => {
    const { ask, fob } = bench(image, { clock });
    ask('global.s = new NativeKeyDerivation(); 0');
    for (const stallMs of [0, 5, 60]) {
      const until = performance.now() + stallMs;
      while (performance.now() < until);
      expect(ask('[s.iterations(), s.iterations()]')).toEqual([BOARD_ROUNDS, BOARD_ROUNDS]);
    }
    fob.close();
  },
);
