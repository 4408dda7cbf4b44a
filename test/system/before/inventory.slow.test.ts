import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boot, type Fob, memoryStore, type StateStore } from '@passfob/simulator';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { setInSession } from 'passfob/commands/clock';
import { code } from 'passfob/commands/code';
import type { Context, Progress } from 'passfob/commands/context';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { list } from 'passfob/commands/list';
import { openOwnerSession } from 'passfob/commands/owner-session';
import { openInventory } from 'passfob/inventory/inventory';
import { pipe } from 'passfob/transports/pipe';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { failure } from '../../unit/host/kit/failure.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { Board } from '../flash/kit.ts';
import { accountsOn, imageOfVersion, onFob, updated } from '../flash/owner.ts';
import { type Board as BoardName, facts, fixture, otherThan, passcodeOf, unpack } from './kit.ts';

const { boards, password } = facts.inventory;
const SERIALS = Object.values(boards).map(({ serial }) => serial);
/** Just before a whole second, where time stands still: this sets a clock without a second of waiting. */
const NOW_MS = Math.floor(facts.service.madeMs / 1_000) * 1_000 + 990;
/** Without a battery for its clock a board does not know the time when it boots. */
const HAS_BATTERY: Readonly<Record<BoardName, boolean>> = {
  pico: true,
  'pico-hid': true,
  banglejs2: false,
  bench: false,
};
/** Longer than the time for which keys are deaf, and long enough for a hold. */
const DEAF_MS = 900;
const HOLD_MS = 1_300;
const PRESS_MS = 100;
/** More than a wheel of digits has. */
const WHEEL_SYMBOLS = 20;
/** The time in which the computer sets up the USB device, and in which an answer of many reports arrives. */
const ENUMERATION_MS = 500;
const ANSWER_MS = 300;

/** The older inventory on the present code; its owner answers every question of a fob. */
function ownerOf(fob: () => Fob): Context {
  const home = temporaryFolder();
  unpack(home, 'inventory.db', 'inventory.key');
  const inventory = openInventory(home);
  onTestFinished(() => inventory.close());
  const report = ({ event }: Progress) => {
    if (event !== 'press-needed') return;
    fob().advance(DEAF_MS);
    fob().press(0, HOLD_MS);
  };
  const random = (length: number) => secret(new Uint8Array(randomBytes(length)));
  return { inventory, now: () => NOW_MS, random, report };
}

function memoryOf(name: BoardName): StateStore {
  const store = memoryStore();
  store.write(0, fixture(`${name}.fob`));
  return store;
}

/** An older fob on a cable of HID reports; the board gets the time to send them. */
function hidFob(): { readonly fob: Fob; readonly port: BoardPort } {
  const fob = boot({ board: 'pico-hid', storage: memoryOf('pico-hid') });
  fob.advance(ENUMERATION_MS);
  const open = async () => {
    const cable = pipe({
      name: 'cable',
      write: async text => {
        fob.link.write(Buffer.from(text, 'latin1'));
        fob.advance(ANSWER_MS);
      },
      release: async () => stop(),
    });
    const stop = fob.link.onData(bytes => cable.receive(bytes));
    return cable.transport;
  };
  return { fob, port: { address: 'cable', open } };
}

/** An older fob with its memory as recorded. */
const fobOf = (name: BoardName) => (name === 'pico-hid' ? hidFob() : new Board(name, {}, memoryOf(name)));

/** Enters digits on the wheel that the screen shows, and confirms them. */
function enter(fob: Fob, digits: string): void {
  for (const symbol of [...digits, 'ok']) {
    for (let turns = 0; !fob.screen().text.includes(symbol); turns++) {
      if (turns > WHEEL_SYMBOLS) throw new Error('the wheel does not show what is to be taken');
      fob.press(0, PRESS_MS);
    }
    fob.press(0, HOLD_MS);
  }
  fob.advance(PRESS_MS);
}

/** Enters a wrong PIN, then the right one, on a fob that has a PIN. */
async function unlock(context: Context, { fob, port }: ReturnType<typeof fobOf>, pin: string): Promise<void> {
  const refused = () => failure(onFob({ port }, one => list(context, one)));
  expect(await refused()).toMatchObject({ refusal: 'locked' });
  fob.press(0, PRESS_MS);
  enter(fob, otherThan(pin));
  expect(await refused()).toMatchObject({ refusal: 'locked' });
  // The delay after a wrong PIN.
  fob.advance(5_000);
  fob.press(0, PRESS_MS);
  enter(fob, pin);
}

it.each(['pico', 'pico-hid', 'banglejs2', 'bench'] as const)(
  'the memory of an older %s opens to the older inventory, holds its accounts and continues with its passcodes',
  async name => {
    const { serial, pin, totp, hotp, ocra } = boards[name];
    const there = fobOf(name);
    onTestFinished(() => there.fob.close());
    const context = ownerOf(() => there.fob);
    if (pin !== undefined) await unlock(context, there, pin);
    const listed = await onFob(there, fob => list(context, fob));
    expect(listed).toMatchObject({ serial, clock: HAS_BATTERY[name] ? 'trusted' : 'unset' });
    const names = ['totp ada', 'hotp bob', ...(ocra === undefined ? [] : ['ocra bank'])];
    expect(listed.accounts.map(({ kind, label }) => `${kind} ${label}`)).toEqual(names);
    // Each account proves its key.
    expect(await accountsOn(context, there)).toHaveLength(names.length);
    // The bench has no key to hold.
    if (name === 'bench') return;
    const eight = { secret: hotp, algorithm: 'sha256', digits: 8 } as const;
    for (const counter of [8, 9]) {
      const shown = await onFob(there, fob => code(context, fob, 'bob'));
      expect(shown).toMatchObject({ counter, code: passcodeOf(eight, counter) });
    }
    if (!HAS_BATTERY[name])
      await onFob(there, async fob => {
        await openOwnerSession(context, fob);
        await setInSession(context, fob);
      });
    const shown = await onFob(there, fob => code(context, fob, 'ada'));
    expect(shown.code).toBe(passcodeOf({ secret: totp }, shown.counter));
  },
);

it.each(['pico', 'banglejs2'] as const)(
  'an older %s takes the present firmware by an update and keeps its accounts',
  async name => {
    const { pin } = boards[name];
    const there = new Board(name, {}, memoryOf(name));
    onTestFinished(() => there.fob.close());
    const context = ownerOf(() => there.fob);
    if (pin !== undefined) await unlock(context, there, pin);
    const done = await updated(context, there, imageOfVersion('0.2.9', name));
    expect(done).toMatchObject({ isDryRun: false, serial: boards[name].serial, firmware: '0.2.9' });
    if (pin !== undefined) await unlock(context, there, pin);
    expect(await accountsOn(context, there)).toEqual(['ada', 'bank', 'bob']);
  },
);

describeNeeds(needsBuild, 'commands of the inventory', () => {
  const run = async (home: string, ...args: string[]) => passfob([...args, '--json'], { home, input: '' });
  const serialsIn = async (home: string) => {
    const { fobs } = (await run(home, 'inventory', 'list')).json() as {
      fobs: { serial: string; holder: string }[];
    };
    expect(fobs.every(({ holder }) => holder === 'Grace')).toBe(true);
    return fobs.map(({ serial }) => serial).sort();
  };

  it('an older inventory is listed, its backup restored and its handover taken, each by the right password alone', async () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    unpack(home, 'inventory.db', 'inventory.key');
    expect(await serialsIn(home)).toEqual([...SERIALS].sort());
    unpack(folder, 'inventory-backup', 'handover');
    const word = (name: string, text: string) => {
      writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });
      return ['--password-file', join(folder, name)];
    };
    const [right, wrong] = [word('right', password), word('wrong', `${password}s`)];
    const backup = join(folder, 'inventory-backup');
    const other = join(folder, 'other');
    const refused = await run(other, 'inventory', 'restore', backup, ...wrong);
    expect(refused.exitCode).toBe(EXIT_CODES['bad-input'].code);
    expect((await run(other, 'inventory', 'restore', backup, ...right)).json()).toMatchObject({ ok: true });
    expect(await serialsIn(other)).toEqual([...SERIALS].sort());
    const taken = await run(join(folder, 'third'), 'handover', 'take', join(folder, 'handover'), ...right);
    expect(taken.json()).toMatchObject({ ok: true, added: [boards.bench.serial] });
  });
});
