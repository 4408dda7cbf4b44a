import { randomBytes } from 'node:crypto';
import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { hostPrimitives } from 'passfob/client/primitives';
import { setInSession, showClock } from 'passfob/commands/clock';
import { code, codes } from 'passfob/commands/code';
import type { Context } from 'passfob/commands/context';
import { enroll } from 'passfob/commands/enroll';
import { list, selectAccount } from 'passfob/commands/list';
import { verify } from 'passfob/commands/verify';
import { freshSeed } from 'passfob/enrol/seed';
import { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { speaking } from './kit/old-firmware.ts';
import { atHand, cutAt, forEveryCut, owned, pairedAt, workplace } from './kit/workplace.ts';

const FORM = { health: 'good', algorithm: 'SHA-1', digits: 6, alphabet: 'decimal' } as const;

const OLD = { toHost: speaking(1) };

const seedOf = (kind: 1 | 2 = KIND_HOTP, label = 'alice') =>
  freshSeed({ kind, issuer: 'Example', label }, length => secret(new Uint8Array(randomBytes(length))));

it('enrolment writes an account, has it proved, and sets the clock first where TOTP needs it', async () => {
  const { owner, atFob } = await owned(OLD);
  const counted = await enroll(owner.context, atFob, seedOf(KIND_HOTP));
  expect(counted).toMatchObject({
    isClockSet: false,
    isResumed: false,
    account: { kind: 'hotp', counter: 0 },
  });
  const timed = await enroll(owner.context, atFob, seedOf(KIND_TOTP, 'bob'));
  expect(timed).toMatchObject({ isClockSet: true, account: { kind: 'totp', periodSeconds: 30 } });
  const { accounts, clock } = await list(owner.context, atFob);
  expect([clock, accounts]).toEqual(['trusted', [counted.account, timed.account]]);
  expect(owner.reported.filter(({ event }) => event === 'account-proved')).toHaveLength(2);
});

it('enrolment of a second account of one name asks first, and its result names the first', async () => {
  const { owner, atFob } = await owned();
  const first = await enroll(owner.context, atFob, seedOf());
  expect(first.warnings).toEqual([]);
  const asked: (readonly string[])[] = [];
  const refusing = async (ids: readonly string[]) => {
    asked.push(ids);
    throw new FobError('cancelled');
  };
  // Names on the command line count in any case.
  const same = seedOf(KIND_TOTP, 'Alice');
  const refused = enroll(owner.context, atFob, same, { confirmNamesake: refusing });
  await expect(refused).rejects.toMatchObject({ kind: 'cancelled' });
  await enroll(owner.context, atFob, seedOf(KIND_HOTP, 'bob'), { confirmNamesake: refusing });
  expect(asked).toEqual([[first.account.id]]);
  expect((await list(owner.context, atFob)).accounts.map(({ label }) => label)).toEqual(['alice', 'bob']);
  expect((await enroll(owner.context, atFob, same)).warnings).toEqual([
    `The fob holds another account of this name: ${first.account.id}. Remove any that is no longer used: passfob remove ID`,
  ]);
  expect((await list(owner.context, atFob)).accounts).toHaveLength(3);
});

it.each([
  // open, finish, info and enrol, in either direction.
  { version: 2, cable: {}, cuts: 8 },
  // open, finish, info, clock, setClock, put and prove.
  { version: 1, cable: OLD, cuts: 14 },
])(
  'enrolment can be cut off anywhere and repeated: one account, known and proved (version $version)',
  async row => {
    const enrolment = seedOf(KIND_TOTP);
    const cuts = await forEveryCut(
      async () => {
        const { fob, owner } = await owned(row.cable);
        return { fob, owner };
      },
      (owner, fob) => enroll(owner.context, fob, enrolment),
      async (owner, core) => {
        const hand = () => atHand(core, row.cable);
        const before = await list(owner.context, await hand());
        if (before.accounts.length === 0 || before.clock === 'unset') {
          await enroll(owner.context, await hand(), enrolment);
        } else {
          await verify(owner.context, await hand());
        }
        const { accounts } = await verify(owner.context, await hand());
        expect(accounts.map(({ verdict }) => verdict)).toEqual(['proved']);
      },
      row.cable,
    );
    expect(cuts).toBe(row.cuts);
  },
);

it('enrolling the same account again resumes the interrupted enrolment', async () => {
  const { fob, owner } = await owned();
  const enrolment = seedOf(KIND_HOTP);
  // hello, open, finish, info, put: its answer is lost.
  const outcome = await cutAt(fob, 'toHost', 4, atFob => enroll(owner.context, atFob, enrolment));
  expect(outcome).toMatchObject({ kind: 'unplugged' });
  expect((await enroll(owner.context, await atHand(fob), enrolment)).isResumed).toBe(true);
  expect((await list(owner.context, await atHand(fob))).accounts).toHaveLength(1);
});

it('enrolment removes an account that the fob proves wrongly', async () => {
  // "passfob proof" keys the extraction of every proof: the board's hash fails there, and nowhere else.
  const salt = new TextEncoder().encode('passfob proof');
  let isBroken = true;
  const fob = new CoreFob({
    ...hostPrimitives,
    hash(algorithm, parts) {
      const hash = hostPrimitives.hash(algorithm, parts);
      const [pad] = parts;
      if (isBroken && pad && salt.every((byte, i) => pad[i] === (byte ^ 0x36))) hash[0] = (hash[0] ?? 0) ^ 1;
      return hash;
    },
  });
  const owner = workplace(fob);
  const atFob = await pairedAt(owner, fob);
  expect((await failure(enroll(owner.context, atFob, seedOf()))).kind).toBe('verification-failed');
  expect((await list(owner.context, atFob)).accounts).toEqual([]);
  expect((await verify(owner.context, atFob)).accounts).toEqual([]);
  isBroken = false;
  await enroll(owner.context, atFob, seedOf());
});

it('enrolment reports values that do not fit, and leaves nothing behind', async () => {
  const { owner, atFob } = await owned();
  const long = { ...seedOf(), algorithm: 3 as const, secret: secret(new Uint8Array(randomBytes(128))) };
  expect((await failure(enroll(owner.context, atFob, long))).refusal).toBe('too-long');
  const foreign = { ...atFob, hello: { ...atFob.hello, algorithms: 0b0010 } };
  const sha512 = { ...seedOf(), algorithm: 3 as const };
  expect((await failure(enroll(owner.context, foreign, sha512))).refusal).toBe('unsupported');
  expect((await verify(owner.context, atFob)).accounts).toEqual([]);
});

it('a passcode is the next HOTP value, after a press', async () => {
  const { owner, atFob } = await owned();
  const enrolment = seedOf(KIND_HOTP);
  await enroll(owner.context, atFob, enrolment);
  const key = new Hmac(hostPrimitives, enrolment.algorithm, enrolment.secret);
  for (const counter of [0, 1]) {
    const result = await code(owner.context, atFob, 'example:ALICE');
    expect(result).toMatchObject({ code: hotp(key, counter, 6), counter });
  }
  expect(owner.reported.filter(({ event }) => event === 'press-needed')).toHaveLength(2);
});

it('passcodes of all accounts take a hold each, and a press skips its account', async () => {
  const { fob, owner, atFob } = await owned();
  for (const label of ['alice', 'bob', 'carol'])
    await enroll(owner.context, atFob, { ...seedOf(KIND_HOTP), label });
  const seen: string[] = [];
  let next = '';
  const context: Context = {
    ...owner.context,
    report(progress) {
      if (progress.event === 'account-next') next = progress.account;
      if (progress.event !== 'press-needed') return;
      if (next.endsWith('bob')) fob.deny();
      else fob.approve();
    },
  };
  const { codes: done, skipped } = await codes(context, atFob, ({ account }) => seen.push(account.label));
  expect(done.map(({ account, counter }) => [account.label, counter])).toEqual([
    ['alice', 0],
    ['carol', 0],
  ]);
  expect(seen).toEqual(['alice', 'carol']);
  expect(skipped.map(({ account, error }) => [account.label, error.refusal])).toEqual([
    ['bob', 'press-denied'],
  ]);
  next = '';
  const denying: Context = {
    ...owner.context,
    report: progress => void (progress.event === 'press-needed' && fob.deny()),
  };
  expect((await failure(codes(denying, atFob, () => undefined))).refusal).toBe('press-denied');
});

it('passcodes that end in the middle say which accounts gave one, and hold none of them', async () => {
  const { owner, atFob } = await owned();
  for (const label of ['alice', 'bob', 'carol'])
    await enroll(owner.context, atFob, { ...seedOf(KIND_HOTP), label });
  const ending = new AbortController();
  const context: Context = {
    ...owner.context,
    signal: ending.signal,
    report(progress) {
      if (progress.event === 'account-next' && progress.number === 2) ending.abort();
      owner.context.report(progress);
    },
  };
  const seen: string[] = [];
  const error = await failure(codes(context, atFob, ({ code: passcode }) => seen.push(passcode)));
  expect([error.kind, error.message]).toEqual([
    'cancelled',
    expect.stringContaining('1 of 3 accounts gave a passcode before.'),
  ]);
  expect(error.details).toMatchObject({
    given: [{ label: 'alice' }],
    skipped: [],
    untried: [{ label: 'carol' }],
  });
  expect(seen).toHaveLength(1);
  expect(JSON.stringify([error.message, error.details])).not.toContain(`"${seen[0]}"`);
});

it('a passcode is refused for an ambiguous account name', () => {
  const account = { ...FORM, kind: 'totp' } as const;
  const accounts = [
    { ...account, id: '01020304', issuer: 'Example', label: 'alice' },
    { ...account, id: '0a0b0c0d', issuer: 'Example', label: 'bob' },
  ];
  expect(selectAccount(accounts, 'bob').id).toBe('0a0b0c0d');
  expect(selectAccount(accounts, 'EXAMPLE : Alice').id).toBe('01020304');
  expect(selectAccount(accounts, '0A0B0C0D').id).toBe('0a0b0c0d');
  for (const wanted of [undefined, 'Example', 'carol', '']) {
    expect(() => selectAccount(accounts, wanted)).toThrow(FobError);
  }
  expect(() => selectAccount([], undefined)).toThrow('The fob holds no account.');
});

it('an account is found by its position in the list, unless a name is that number', () => {
  const accounts = [
    { ...FORM, kind: 'totp', id: '01020304', issuer: 'RawCo', label: 'raw' },
    { ...FORM, kind: 'hotp', id: '0a0b0c0d', issuer: 'RawCo', label: 'raw' },
    { ...FORM, kind: 'hotp', id: '0e0f0001', issuer: '', label: '1' },
  ] as const;
  expect(selectAccount(accounts, '2').id).toBe('0a0b0c0d');
  expect(selectAccount(accounts, '1').id).toBe('0e0f0001');
  for (const wanted of ['0', '4', '02', '-1', '1.0', '9999999'])
    expect(() => selectAccount(accounts, wanted), wanted).toThrow('no account of this name');
  // Positions move up when an account goes.
  expect(() => selectAccount(accounts, '2', 'remove')).toThrow('no account of this name');
});

it('a passcode is asked of an account by a part of its name, where only one has it; changes need all of it', () => {
  const form = { ...FORM, kind: 'totp' } as const;
  const accounts = [
    { ...form, id: '01020304', issuer: 'Gitea', label: 'ada' },
    { ...form, id: '0a0b0c0d', issuer: 'GitHub', label: 'ada' },
    { ...form, id: '0e0f0001', issuer: 'Mail 2', label: 'git' },
  ];
  expect(selectAccount(accounts, 'hub').id).toBe('0a0b0c0d');
  // A name goes before a position, and a position before a part of a name.
  expect(selectAccount(accounts, 'git').id).toBe('0e0f0001');
  expect(selectAccount(accounts, '2').id).toBe('0a0b0c0d');
  expect(() => selectAccount(accounts, 'it')).toThrow(
    /several accounts.*\n.*passfob code Gitea .*\n.*passfob code GitHub .*\n.*passfob code 'Mail 2' /,
  );
  for (const command of ['respond', 'rename', 'move', 'remove'] as const)
    expect(() => selectAccount(accounts, 'hub', command)).toThrow('no account of this name');
});

const refusal = (accounts: Parameters<typeof selectAccount>[0], wanted?: string) => {
  try {
    return selectAccount(accounts, wanted);
  } catch (error) {
    const { lines, next } = error as FobError;
    return { lines, next };
  }
};

it('a refused choice has one command a line, by name where the name means one account, else by id', () => {
  const accounts = [
    { ...FORM, kind: 'totp', id: '01020304', issuer: 'RawCo', label: 'raw' },
    { ...FORM, kind: 'hotp', id: '0a0b0c0d', issuer: 'RawCo', label: 'raw' },
    { ...FORM, kind: 'totp', id: '00000001', issuer: 'Gitea', label: 'alice' },
    { ...FORM, kind: 'totp', id: '00000002', issuer: 'Example', label: 'alice b' },
    { ...FORM, kind: 'totp', id: '00000003', issuer: 'Example', label: '--all' },
    { ...FORM, kind: 'totp', id: '00000004', issuer: '', label: 'a\u202eb' },
  ] as const;
  expect(refusal(accounts)).toEqual({
    lines: [
      'passfob code 01020304 (RawCo: raw, TOTP)',
      'passfob code 0a0b0c0d (RawCo: raw, HOTP)',
      'passfob code Gitea (Gitea: alice, TOTP)',
      "passfob code 'alice b' (Example: alice b, TOTP)",
      'passfob code Example:--all (Example: --all, TOTP)',
      'passfob code 00000004 (a\u202eb, TOTP)',
    ],
    next: 'Run the line of the account that you mean.',
  });
  expect(refusal(accounts, 'raw')).toMatchObject({
    lines: ['passfob code 01020304 (RawCo: raw, TOTP)', 'passfob code 0a0b0c0d (RawCo: raw, HOTP)'],
  });
  // Each of these commands finds its account.
  expect(['Gitea', 'alice b', 'Example:--all'].map(word => selectAccount(accounts, word).id)).toEqual([
    '00000001',
    '00000002',
    '00000003',
  ]);
});

it('a refused choice with only one account names its command in the next step', () => {
  const accounts = [{ ...FORM, kind: 'totp', id: '01020304', issuer: 'Gitea', label: 'alice' }] as const;
  expect(refusal(accounts, 'bob')).toEqual({
    lines: [],
    next: 'Run: passfob code Gitea (Gitea: alice, TOTP)',
  });
});

it('verification reports wrong, missing and unknown accounts', async () => {
  const { owner, atFob } = await owned();
  const put = async (label: string) =>
    (await enroll(owner.context, atFob, seedOf(KIND_HOTP, label))).account.id;
  const ids = { kept: await put('kept'), gone: await put('gone'), other: await put('other') };
  const idOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
  const foreign = {
    kind: 1,
    algorithm: 1,
    digits: 6,
    period: 0,
    counter: 0,
    issuer: new Uint8Array(0),
    label: new Uint8Array(0),
    secret: secret(new Uint8Array(randomBytes(20))),
  };
  for (const id of [ids.gone, ids.other]) await atFob.client.call('remove', { id: idOf(id) });
  await atFob.client.call('put', { ...foreign, id: idOf(ids.other) });
  await atFob.client.call('put', { ...foreign, id: idOf('99999999') });

  const error = await failure(verify(owner.context, atFob));
  expect(error.kind).toBe('verification-failed');
  const { accounts = [] } = (error.details ?? {}) as { accounts?: { id: string; verdict: string }[] };
  expect(Object.fromEntries(accounts.map(({ id, verdict }) => [id, verdict]))).toEqual({
    [ids.kept]: 'proved',
    [ids.gone]: 'missing',
    [ids.other]: 'wrong',
    '99999999': 'unknown',
  });
});

it('the clock is set on the whole second, and back only with a press, to the time of the press', async () => {
  const fob = new CoreFob();
  const owner = workplace();
  await pairedAt(owner, fob, OLD);
  let polls = 0;
  const presses = () => owner.reported.filter(({ event }) => event === 'press-needed').length;
  const atFob = await atHand(fob, {
    toFob(frame) {
      // The person takes some polls to find the button.
      if (presses() > 0) polls++;
      if (polls === 5) fob.approve();
      return frame;
    },
  });
  expect(await showClock(owner.context, atFob)).toMatchObject({ state: 'unset', isSet: false });
  const set = async (now: () => number) => {
    await setInSession({ ...owner.context, now }, atFob);
    return (await atFob.client.call('clock', {})).utc;
  };
  const { now } = owner.context;
  expect(await set(now)).toBe(Math.ceil(now() / 1000));
  expect(presses()).toBe(0);

  // An hour back; a second passes with every read of the host's clock.
  let host = now() - 3_600_000;
  const readings: number[] = [];
  const running = () => {
    host += 1000;
    if (presses() > 0) readings.push(host);
    return host;
  };
  const reached = await set(running);
  expect(presses()).toBe(1);
  expect(readings.length).toBeGreaterThan(5);
  expect(reached * 1000).toBeGreaterThan((readings.at(-1) ?? 0) - 3000);
  expect(reached * 1000).toBeLessThan(host + 3000);
});
