import { isWorthSaying, screenLines } from '@passfob/simulator/faceplates/screen-lines';
import { describe, expect, it } from 'vitest';
import { darkScreen } from './kit.ts';

describe('announcements of a new screen', () => {
  it.each([
    ['a passcode appears', ['Example'], ['Example', '287 082', '30s'], true],
    ['the next passcode', ['287 082', '1s'], ['359 152', '30s'], true],
    ['a passcode that differs in one group by one', ['287 082', '9s'], ['287 081', '9s'], true],
    ['the next in a list', ['Example', '1/3'], ['Example', '2/3'], true],
    ['the previous in a list', ['Example', '2/3'], ['Example', '1/3'], true],
    ['a digit of a PIN', ['PIN', '* 3'], ['PIN', '* 2'], true],
    ['a countdown that starts again', ['Wait', '3s'], ['Wait', '30s'], true],
    ['a jump in a countdown', ['Wait', '30s'], ['Wait', '3s'], true],
    ['one second less', ['287 082', '30s'], ['287 082', '29s'], false],
    ['one second less, over a change of digits', ['Code', '100 s'], ['Code', '99 s'], false],
    ['two seconds less, one skipped', ['Code', '10s'], ['Code', '8s'], false],
    ['nothing at all', ['Example', '287 082'], ['Example', '287 082'], false],
  ])('a listener is told of a new screen: %s', (_what, before, after, expected) => {
    expect(isWorthSaying(before, after)).toBe(expected);
  });
});

describe('screen lines', () => {
  it('screen lines are the text of the screen, or why there is none', () => {
    const screen = darkScreen(8, 8);
    expect(screenLines({ ...screen, text: ['Example', '287 082'] })).toEqual(['Example', '287 082']);
    expect(screenLines(screen)).toEqual(['The display shows no text.']);
    expect(screenLines({ ...screen, on: false, text: ['stale'] })).toEqual(['The display is off.']);
    expect(screenLines({ ...screen, powered: false, on: false })).toEqual(['The power is off.']);
  });

  it('screen lines carry no control characters of a hostile name', () => {
    const text = ['\x1b[2Jevil\x07', 'a\x9bm\r\nb'];
    expect(screenLines({ ...darkScreen(8, 8), text })).toEqual(['·[2Jevil·', 'a·m··b']);
  });
});
