import { FAR } from '@passfob/firmware/core/base/limits';
import { Typist } from '@passfob/firmware/core/typist';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/** HID Usage Tables §10: the characters of keypad keys on a computer with NumLock on. */
const KEYS = new Map([
  [0x58, '\n'],
  [0x62, '0'],
  ...Array.from({ length: 9 }, (_, index): [number, string] => [0x59 + index, `${index + 1}`]),
]);

/** A computer that takes a report only when it is not busy: the typed text, and the key that is down. */
class Computer {
  ready = true;
  typed = '';
  down = 0;
  busy = 0;

  report(usage: number): boolean {
    if (this.busy > 0) {
      this.busy--;
      return false;
    }
    if (usage !== 0) {
      expect(this.down).toBe(0);
      this.typed += KEYS.get(usage) ?? '?';
    }
    this.down = usage;
    return true;
  }
}

/** Lets the typist finish; returns its last result. */
function finish(typist: Typist, from = 0): string {
  let said = '';
  for (let ms = from; typist.deadline !== FAR; ) {
    ms = Math.max(ms, typist.deadline);
    said = typist.tick(ms);
  }
  return said;
}

it('the typist sends every digit once, whenever the computer takes it, and Enter only when told', () =>
  fc.assert(
    fc.property(
      fc.stringMatching(/^\d{4,10}$/),
      fc.boolean(),
      fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
      (code, enters, delays) => {
        const computer = new Computer();
        const typist = new Typist(computer);
        typist.start(enters ? `${code}:` : code, 0);
        expect(typist.deadline).toBe(500);
        for (let reports = 0; typist.deadline !== FAR; reports++) {
          computer.busy = delays[reports] ?? 0;
          while (computer.busy > 0 && typist.deadline !== FAR) typist.tick(typist.deadline);
          typist.tick(typist.deadline);
        }
        expect(computer.typed).toBe(enters ? `${code}\n` : code);
        expect(computer.down).toBe(0);
      },
    ),
  ));

it('the typist types each digit by its key on the keypad', () => {
  const computer = new Computer();
  const typist = new Typist(computer);
  typist.start('1234567890:', 0);
  finish(typist);
  expect(computer.typed).toBe('1234567890\n');
});

it('the typist drops the rest when no computer is there, or it takes nothing for a second', () => {
  const absent = new Computer();
  absent.ready = false;
  const typist = new Typist(absent);
  typist.start('123456', 0);
  expect(finish(typist)).toBe('No computer');
  absent.ready = true;
  expect(finish(typist)).toBe('');
  expect(absent.typed).toBe('');

  const stuck = new Computer();
  const other = new Typist(stuck);
  other.start('123456', 0);
  other.tick(500);
  stuck.busy = 1_000;
  expect(finish(other)).toBe('No computer');
  expect(stuck.typed).toBe('1');
});

it('a stopped typist releases the key that is down, and types no more', () => {
  for (let reports = 0; reports < 12; reports++) {
    const computer = new Computer();
    const typist = new Typist(computer);
    typist.start('123456', 0);
    for (let sent = 0; sent < reports; sent++) typist.tick(typist.deadline);
    typist.stop();
    finish(typist);
    expect(computer.down).toBe(0);
    expect(computer.typed).toBe('123456'.slice(0, (reports + 1) >> 1));
  }
});
