import { randomBytes } from 'node:crypto';
import { KIND_HOTP } from '@passfob/protocol/account';
import type { CommandName } from '@passfob/protocol/commands';
import { enroll } from 'passfob/commands/enroll';
import { erase } from 'passfob/commands/erase';
import { chooseFob } from 'passfob/commands/find';
import { list } from 'passfob/commands/list';
import { pair } from 'passfob/commands/pair';
import { freshSeed } from 'passfob/enrol/seed';
import { FobError } from 'passfob/errors';
import { pairingsOf } from 'passfob/inventory/pairings';
import { askedCode } from 'passfob/owner/pairing';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { atHand, cutAt, forEveryCut, pairedAt, workplace } from './kit/workplace.ts';

const seedOf = (kind: 1 | 2 = KIND_HOTP, label = 'alice') =>
  freshSeed({ kind, issuer: 'Example', label }, length => secret(new Uint8Array(randomBytes(length))));

it('a pairing code of a wrong length is told from a wrong character, and never repeated', async () => {
  const typed = ['123', 'qqq qqq-qqq qqq qqq qqx', 'x'];
  const faults: (string | undefined)[] = [];
  const error = await failure(
    askedCode(async (_, fault) => {
      faults.push(fault);
      return typed[faults.length - 1] ?? '';
    }),
  );
  expect(error.kind).toBe('bad-input');
  expect(faults).toEqual([
    undefined,
    'The code has 18 characters in six groups of three; those were 3.',
    'A character is wrong.',
  ]);
});

it('a command uses the only fob, or the fob with the given serial', async () => {
  const [one, two] = [await atHand(new CoreFob()), await atHand(new CoreFob())];
  const silent = { address: 'serial:/dev/x', error: new FobError('port-forbidden', { subject: '/dev/x' }) };
  const kind = (found: Parameters<typeof chooseFob>[0], serial?: string) => {
    try {
      return chooseFob(found, { serial });
    } catch (error) {
      return error instanceof FobError ? error.kind : error;
    }
  };
  expect(kind([one])).toBe(one);
  expect(kind([silent, one])).toBe(one);
  expect(kind([one, two])).toBe('several-fobs');
  expect(kind([one, two], two.hello.serial)).toBe(two);
  expect([kind([one], two.hello.serial), kind([])]).toEqual(['no-fob', 'no-fob']);
  expect(kind([silent])).toBe('port-forbidden');
});

it('pairing makes this inventory the owner, and no other', async () => {
  const fob = new CoreFob();
  const [owner, stranger] = [workplace(), workplace()];
  const result = await pair(owner.context, await atHand(fob), { askCode: async () => fob.code });
  expect(result).toMatchObject({ board: 'core', firmware: 'test', isResumed: false });
  expect(await list(owner.context, await atHand(fob))).toMatchObject({ serial: result.serial, accounts: [] });
  expect((await failure(list(stranger.context, await atHand(fob)))).kind).toBe('not-in-inventory');
  const again = pair(stranger.context, await atHand(fob), { askCode: async () => fob.code });
  expect((await failure(again)).kind).toBe('already-owned');
  const twice = await failure(pair(owner.context, await atHand(fob), { askCode: async () => fob.code }));
  expect(twice).toMatchObject({ kind: 'already-owned', refusal: 'already-owned' });
  expect(twice.message).toContain('this inventory');
});

it('pairing asks again for a mistyped code, and takes it in groups and capitals', async () => {
  const fob = new CoreFob();
  const asked: boolean[] = [];
  const askCode = async (isAgain: boolean) => {
    asked.push(isAgain);
    const code = fob.code;
    const swapped = `${code[1]}${code[0]}${code.slice(2)}`;
    const spoilt = swapped === code ? `${code.slice(0, -1)}${code.endsWith('q') ? 'p' : 'q'}` : swapped;
    return secret(isAgain ? code.toUpperCase().replace(/(...)/g, '$1 - ') : spoilt);
  };
  await pair(workplace().context, await atHand(fob), { askCode });
  expect(asked).toEqual([false, true]);
});

it('pairing ends after too many wrong codes, and leaves the fob blank and nothing in the inventory', async () => {
  const fob = new CoreFob();
  const owner = workplace();
  const error = await failure(pair(owner.context, await atHand(fob), { askCode: async () => 'not a code' }));
  expect(error.kind).toBe('bad-input');
  const { hello } = await atHand(fob);
  expect([hello.state, await pairingsOf(owner.context.inventory, hello.serial)]).toEqual(['blank', []]);
});

it.each([
  // pair, open, finish, take, open and finish can each be lost in either direction.
  { firmware: 'this', without: [] as CommandName[], cuts: 12 },
  // take is refused, then adopt, open, finish and escrow.
  { firmware: 'an earlier one', without: ['take'] as CommandName[], cuts: 16 },
])(
  'pairing can be cut off anywhere and repeated: no fob is left with keys that nobody has ($firmware)',
  async row => {
    const cuts = await forEveryCut(
      async () => ({ fob: new CoreFob().without(row.without), owner: workplace() }),
      (owner, fob, core) => pair(owner.context, fob, { askCode: async () => core.code }),
      async (owner, core) => {
        const fob = await atHand(core);
        const isTaken = fob.hello.state === 'owned';
        if (
          !isTaken ||
          (await pairingsOf(owner.context.inventory, fob.hello.serial))[0]?.state === 'pending'
        ) {
          const result = await pair(owner.context, fob, { askCode: async () => core.code });
          expect(result.isResumed).toBe(isTaken);
        }
        expect(await list(owner.context, await atHand(core))).toMatchObject({ accounts: [] });
        const left = await pairingsOf(owner.context.inventory, fob.hello.serial);
        expect(left.map(({ state }) => state)).toEqual(['confirmed']);
      },
    );
    expect(cuts).toBe(row.cuts);
  },
);

it('any command completes an interrupted pairing, not only pair', async () => {
  const fob = new CoreFob();
  const owner = workplace();
  const outcome = await cutAt(fob, 'toHost', 4, atFob =>
    pair(owner.context, atFob, { askCode: async () => fob.code }),
  );
  expect(outcome).toMatchObject({ kind: 'unplugged' });
  expect(await list(owner.context, await atHand(fob))).toMatchObject({ accounts: [] });
  expect(owner.reported.slice(-2)).toMatchObject([
    { event: 'pairing-resumed' },
    { event: 'recovery-key-left' },
  ]);
});

it('erasing can be cut off anywhere and repeated: the inventory forgets a fob only after its erasure', async () => {
  const cuts = await forEveryCut(
    async () => {
      const fob = new CoreFob();
      const owner = workplace(fob);
      await enroll(owner.context, await pairedAt(owner, fob), seedOf());
      return { fob, owner };
    },
    (owner, fob) => erase(owner.context, fob),
    async (owner, core) => {
      const fob = await atHand(core);
      const kept = await pairingsOf(owner.context.inventory, fob.hello.serial);
      if (fob.hello.state === 'owned') {
        expect(kept.map(({ state }) => state)).toEqual(['confirmed']);
        await erase(owner.context, fob);
      }
      await pair(owner.context, await atHand(core), { askCode: async () => core.code });
      expect(await list(owner.context, await atHand(core))).toMatchObject({ accounts: [] });
    },
  );
  // open, finish, erase (asked), erase (done), in either direction.
  expect(cuts).toBe(8);
});
