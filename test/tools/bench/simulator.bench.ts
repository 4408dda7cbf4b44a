import { runInNewContext } from 'node:vm';
import { boot } from '@passfob/simulator';
import { expect, it } from 'vitest';
import { begin, withSpread } from './figures/record.ts';

const BOARDS = ['pico', 'pico-hid', 'banglejs2'] as const;
const ROUNDS = 7;
const BOOTS = 10;
const IDLE_MS = 3_600_000;
const BUSY_PRESSES = 60;

/** Returns the milliseconds of processor time of some work. */
function usedMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const rounds = (work: () => number) => Array.from({ length: ROUNDS }, work);

/** How often some work is done in a second of processor time, for each round. */
const perSecond = (work: () => void) =>
  rounds(() => (BOOTS * 1_000) / usedMs(() => Array.from({ length: BOOTS }, work)));

function measured(board: (typeof BOARDS)[number]) {
  const on = () => boot({ board, clock: 'virtual' });
  on().close();
  const boots = perSecond(() => on().close());
  const idle = rounds(() => {
    const fob = on();
    const used = usedMs(() => fob.advance(IDLE_MS));
    fob.close();
    return IDLE_MS / used;
  });
  const pressed = rounds(() => {
    const fob = on();
    const beganMs = fob.now();
    const used = usedMs(() => {
      for (let turn = 0; turn < BUSY_PRESSES; turn++) fob.press();
    });
    const speed = (fob.now() - beganMs) / used;
    expect(fob.powered).toBe(true);
    fob.close();
    return speed;
  });
  return { boots, idle, pressed };
}

it('the simulator runs faster than real time, beside an empty context of V8', () => {
  const record = begin('simulator');
  const rows = BOARDS.map(board => {
    const { boots, idle, pressed } = measured(board);
    return [board, withSpread(boots, '/s', 1), withSpread(idle, 's'), withSpread(pressed, 's')];
  });
  const contexts = perSecond(() => runInNewContext('1'));
  rows.push([
    'yardstick: an empty context of V8, in which each fob runs',
    withSpread(contexts, '/s'),
    '',
    '',
  ]);
  const times = 'virtual time of an idle fob | virtual time of a fob whose button is pressed again and again';
  record({ tables: [[`for each second of processor time | boots | ${times}`, rows]] });
});
