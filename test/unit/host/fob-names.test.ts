import { chooseFob } from 'passfob/commands/find';
import { namesIn } from 'passfob/inventory/names';
import { expect, it } from 'vitest';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { addFob } from './kit/inventory-rows.ts';
import { asked } from './kit/terminal.ts';
import { atHand, workplace } from './kit/workplace.ts';

const FOBS = [
  ['PF-7Q4M-K2XZ', 'Ada Lovelace'],
  ['PF-7Q99-2222', 'Grace Hopper'],
  ['PF-EPS6-2222', null],
  ['PF-EPS6-3333', 'Grace Hopper'],
] as const;

/** An inventory with these fobs, and the environment that names its folder. */
async function stocked() {
  const { inventory } = workplace().context;
  for (const [serial, holder] of FOBS) await addFob(inventory, { serial, holder });
  return { PASSFOB_HOME: inventory.directory };
}

const read = (environment: Readonly<Record<string, string>>, ...args: string[]) => asked(args, environment);

it('a beginning that one serial of the inventory has is enough', async () => {
  const environment = await stocked();
  for (const word of ['PF-7Q4', 'pf7q4', 'pf-7q4m-k', 'PF-7Q4M-K2XZ', '7q4mk2xz', 'ada lovelace']) {
    expect((await read(environment, 'inventory', 'show', word)).serial).toBe('PF-7Q4M-K2XZ');
  }
  const { serials } = await read(environment, 'handover', 'forget', 'PF-7Q4', 'PF-EPS6-2');
  expect(serials).toEqual(['PF-7Q4M-K2XZ', 'PF-EPS6-2222']);
});

it('a beginning or a holder of several fobs is refused with the candidates', async () => {
  const environment = await stocked();
  expect(await failure(read(environment, 'inventory', 'show', 'PF-7Q'))).toMatchObject({
    kind: 'usage',
    message: 'Several fobs fit: PF-7Q4M-K2XZ (Ada Lovelace), PF-7Q99-2222 (Grace Hopper).',
  });
  const held = await failure(read(environment, 'inventory', 'assign', 'GRACE HOPPER', 'x'));
  expect(held.message).toBe('Several fobs fit: PF-7Q99-2222 (Grace Hopper), PF-EPS6-3333 (Grace Hopper).');
  expect((await failure(read(environment, 'inventory', 'show', 'PF-ZZZZ'))).kind).toBe('bad-input');
});

it('--device takes a beginning, a holder or a port, and --fob the first two', async () => {
  const environment = await stocked();
  const choice = async (...args: string[]) => (await read(environment, 'list', ...args)).choice;
  expect(await choice('-d', 'Ada Lovelace')).toEqual({ serial: 'PF-7Q4M-K2XZ' });
  expect(await choice('-s', 'ada lovelace')).toEqual({ serial: 'PF-7Q4M-K2XZ' });
  expect(await choice('-d', 'PF-EPS')).toEqual({ starts: ['PFEPS'] });
  expect(await choice('-d', 'Grace Hopper')).toEqual({ starts: ['PF7Q992222', 'PFEPS63333'] });
  expect(await choice('-d', 'COM3')).toEqual({ port: 'serial:COM3' });
  expect((await failure(choice('-d', 'nobody'))).message).toContain('neither the serial of a fob');
  expect((await failure(choice('-s', 'COM3'))).kind).toBe('bad-input');
});

it('among the fobs that are plugged in, the beginning chooses one, and several are refused by serial', async () => {
  const fobs = [await atHand(new CoreFob()), await atHand(new CoreFob())];
  const [one, other] = fobs.map(({ hello }) => hello.serial.replaceAll('-', ''));
  if (one === undefined || other === undefined) throw new Error('there are no fobs');
  expect(chooseFob(fobs, { starts: [one.slice(0, 9)] })).toBe(fobs[0]);
  expect(chooseFob(fobs, { starts: ['PFZZZZZZZZ', other] })).toBe(fobs[1]);
  expect(() => chooseFob(fobs, { starts: ['PF'] })).toThrow(/More than one fob is there: PF-.*, PF-/);
  expect(() => chooseFob(fobs, { starts: ['PFBBBBBBBB'] })).toThrow(/The chosen fob is not there, but PF-/);
});

it('names are read without a change of the inventory, and without an inventory there are none', async () => {
  const { PASSFOB_HOME } = await stocked();
  expect(namesIn(PASSFOB_HOME).map(({ serial, holder }) => [serial, holder])).toEqual(FOBS);
  expect(namesIn(`${PASSFOB_HOME}/absent`)).toEqual([]);
});
