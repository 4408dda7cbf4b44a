import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { itNeeds, needsTool } from '../kit/tools.ts';
import { add, codeAt, codeNow, NOON_MS, newToken, stepAt } from './kit.ts';
import { codeOf, testOfService as it, startedService } from './users/kit.ts';

const source = '192.0.2.7';

/** RFC 4226 appendix D. */
const hotpVector = [
  ...['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'],
];

/** RFC 6238 appendix B: seconds, then SHA-1, SHA-256 and SHA-512. */
const totpVector = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
] as const;

/** The seeds of both appendices; printed in RFCs, they are no secrets. */
function asciiSeed(length: number): Uint8Array {
  return new Uint8Array(Buffer.from('1234567890'.repeat(7).slice(0, length)));
}

it('RFC 4226 appendix D: each value is accepted once, in order', async service => {
  await add(service, newToken({ kind: 'hotp', secret: asciiSeed(20) }));
  for (const passcode of hotpVector) {
    expect(await service.validate({ user: 'ada', passcode, source })).toEqual({
      accepted: true,
      outcome: 'accepted',
    });
  }
});

it('RFC 6238 appendix B: SHA-1, SHA-256 and SHA-512, to T = 20000000000', async service => {
  const algorithms = [
    { user: 'one', algorithm: 'sha1', seedBytes: 20, column: 1 },
    { user: 'two', algorithm: 'sha256', seedBytes: 32, column: 2 },
    { user: 'three', algorithm: 'sha512', seedBytes: 64, column: 3 },
  ] as const;
  for (const { user, algorithm, seedBytes } of algorithms)
    await add(service, newToken({ user, serial: user, algorithm, digits: 8, secret: asciiSeed(seedBytes) }));
  for (const row of totpVector) {
    service.clock.nowMs = row[0] * 1000;
    for (const { user, column } of algorithms) {
      const { outcome } = await service.validate({ user, passcode: row[column], source });
      expect([user, row[0], outcome]).toEqual([user, row[0], 'accepted']);
    }
  }
});

test('HOTP: the expected counter and the next nine are accepted, the one after is not', async () => {
  await using service = await startedService({ lock: { threshold: 0, periodMs: 1000 } });
  const token = await add(service, newToken({ kind: 'hotp', counter: 40, digits: 8 }));
  const outcomeOf = async (counter: number) =>
    (await service.validate({ user: 'ada', passcode: codeAt(token, counter), source })).outcome;
  expect(await outcomeOf(39)).toBe('wrong');
  expect(await outcomeOf(50)).toBe('wrong');
  expect(await outcomeOf(49)).toBe('accepted');
  expect(await outcomeOf(49)).toBe('replay');
  // Skipped by the acceptance of 49: never used, and still refused.
  expect(await outcomeOf(48)).toBe('wrong');
  expect(await outcomeOf(60)).toBe('wrong');
  expect(await outcomeOf(50)).toBe('accepted');
});

test('TOTP: one step either side is accepted, two are not', async () => {
  await using service = await startedService({ lock: { threshold: 0, periodMs: 1000 } });
  for (const [skew, outcome] of [
    [-2, 'wrong'],
    [-1, 'accepted'],
    [0, 'accepted'],
    [1, 'accepted'],
    [2, 'wrong'],
  ] as const) {
    const user = `skew${skew}`;
    const token = await add(service, newToken({ user, serial: user, digits: 8 }));
    const passcode = codeAt(token, stepAt(token, NOON_MS) + skew);
    expect([skew, (await service.validate({ user, passcode, source })).outcome]).toEqual([skew, outcome]);
  }
});

test('TOTP drift is stored and followed up to its limit; a clock that is set again is accepted too', async () => {
  await using service = await startedService({ lock: { threshold: 0, periodMs: 1000 } });
  const token = await add(service, newToken({ digits: 8 }));
  const tryAhead = async (steps: number) => {
    service.clock.nowMs += 3_600_000;
    const passcode = codeAt(token, stepAt(token, service.clock.nowMs) + steps);
    const { outcome } = await service.validate({ user: 'ada', passcode, source });
    return [outcome, (await service.tokens())[0]?.driftSteps];
  };
  expect(await tryAhead(2)).toEqual(['wrong', 0]);
  for (let ahead = 1; ahead <= 10; ahead++) expect(await tryAhead(ahead)).toEqual(['accepted', ahead]);
  expect(await tryAhead(11)).toEqual(['accepted', 10]);
  expect(await tryAhead(12)).toEqual(['wrong', 10]);
  expect(await tryAhead(0)).toEqual(['accepted', 0]);
  expect(await tryAhead(5)).toEqual(['wrong', 0]);
});

it('a passcode of an earlier step is refused after a later one, whether it was used or not', async service => {
  const token = await add(service, newToken({ digits: 8 }));
  const step = stepAt(token, NOON_MS);
  const outcomeOf = async (at: number) =>
    (await service.validate({ user: 'ada', passcode: codeAt(token, at), source })).outcome;
  expect(await outcomeOf(step)).toBe('accepted');
  expect(await outcomeOf(step - 1)).toBe('superseded');
  expect(await outcomeOf(step)).toBe('replay');
  service.clock.nowMs += 3_600_000;
  expect(await outcomeOf(step)).toBe('replay');
  expect(await service.alerts()).toMatchObject([{ user: 'ada', serial: 'FOB-1', count: 2, step }]);
});

it('passcodes may be typed in groups; any other form is malformed and costs no attempt', async service => {
  const token = await add(service, newToken({ digits: 8 }));
  const code = codeNow(token, NOON_MS);
  const outcomeOf = async (passcode: string) =>
    (await service.validate({ user: 'ada', passcode, source })).outcome;
  for (const passcode of ['', '12345', '123456789', '12345a', '1'.repeat(500), "' or 1=1", '١٢٣٤٥٦'])
    expect([passcode.length, await outcomeOf(passcode)]).toEqual([passcode.length, 'malformed']);
  expect(await outcomeOf(` ${code.slice(0, 3)}\u00a0${code.slice(3, 5)}-${code.slice(5)} `)).toBe('accepted');
});

it('all tokens of a user are evaluated and one is accepted', async service => {
  const first = await add(service, newToken({ serial: 'A', digits: 8 }));
  const second = await add(service, newToken({ serial: 'B', kind: 'hotp', digits: 8 }));
  for (const [token, code] of [
    [second, codeAt(second, 0)],
    [first, codeNow(first, NOON_MS)],
    [second, codeAt(second, 1)],
  ] as const) {
    expect((await service.validate({ user: ' ADA ', passcode: code, source })).outcome).toBe('accepted');
    expect((await service.events())[0]).toMatchObject({ user: 'ada', serial: token.serial, source });
  }
});

it('states: the first passcode makes an assigned token active; suspended and revoked tokens accept nothing', async service => {
  const token = await add(service, newToken());
  const state = async () => (await service.tokens())[0]?.state;
  const attempt = async () => {
    service.clock.nowMs += 30_000;
    const passcode = codeNow(token, service.clock.nowMs);
    return (await service.validate({ user: 'ada', passcode, source })).outcome;
  };
  expect(await state()).toBe('assigned');
  expect(await attempt()).toBe('accepted');
  expect(await state()).toBe('active');
  await service.changeTokenState('FOB-1', 'suspended');
  expect(await attempt()).toBe('no_usable_token');
  await service.changeTokenState('FOB-1', 'active');
  expect(await attempt()).toBe('accepted');
  await service.changeTokenState('FOB-1', 'revoked');
  service.clock.nowMs += 10 * 365 * 86_400_000;
  expect(await attempt()).toBe('no_usable_token');
  expect(codeOf(await service.changeTokenState('FOB-1', 'active'))).toBe('bad_transition');
});

it('unknown users are refused, and the typed name is not stored', async service => {
  for (const user of ['nobody', '', 'x'.repeat(129), 'a\u0000b'])
    expect((await service.validate({ user, passcode: '123456', source })).outcome).toBe('unknown_user');
  expect(await service.events()).toHaveLength(4);
  expect((await service.events()).every(event => event.user === null)).toBe(true);
});

it('a token that cannot be valid is refused with a reason and adds nothing', async service => {
  await add(service, newToken());
  const refusalOf = async (changes: Parameters<typeof newToken>[0]) => {
    const result = await service.addToken(newToken({ serial: 'NEW', user: 'new', ...changes }));
    return result.ok ? 'added' : result.refusal.code;
  };
  expect(await refusalOf({ serial: 'FOB-1' })).toBe('serial_taken');
  expect(await refusalOf({ serial: 'with space' })).toBe('bad_serial');
  expect(await refusalOf({ user: '' })).toBe('bad_user');
  expect(await refusalOf({ digits: 0 })).toBe('bad_digits');
  expect(await refusalOf({ digits: 11 })).toBe('bad_digits');
  expect(await refusalOf({ period: 0 })).toBe('bad_period');
  expect(await refusalOf({ kind: 'hotp', counter: -1 })).toBe('bad_counter');
  expect(await refusalOf({ kind: 'hotp', counter: 2 ** 53 })).toBe('bad_counter');
  expect(await refusalOf({ secret: secret(new Uint8Array(15).fill(7)) })).toBe('bad_secret');
  expect(await refusalOf({ secret: secret(new Uint8Array(129).fill(7)) })).toBe('bad_secret');
  expect(await refusalOf({ issuer: 'é'.repeat(17) })).toBe('bad_issuer');
  expect(await service.tokens()).toHaveLength(1);
  expect((await service.validate({ user: 'new', passcode: '123456', source })).outcome).toBe('unknown_user');
  expect(await refusalOf({ secret: secret(new Uint8Array(128).fill(7)), algorithm: 'sha512' })).toBe('added');
});

itNeeds(needsTool('oathtool'), 'oathtool’s passcodes are accepted', async path => {
  await using service = await startedService();
  const oathtool = (token: { secret: Uint8Array }, ...options: string[]) =>
    execFileSync(path, [...options, '-'], { input: Buffer.from(token.secret).toString('hex') })
      .toString()
      .trim();
  const hotp = await add(
    service,
    newToken({ user: 'h', serial: 'H', kind: 'hotp', counter: 1000, digits: 7 }),
  );
  for (let counter = 1000; counter < 1005; counter++) {
    const passcode = oathtool(hotp, '--hotp', '-d', '7', '-c', String(counter));
    expect((await service.validate({ user: 'h', passcode, source })).outcome).toBe('accepted');
  }
  for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
    const totp = await add(
      service,
      newToken({ user: algorithm, serial: algorithm, algorithm, digits: 8, period: 60 }),
    );
    const at = `@${NOON_MS / 1000}`;
    const passcode = oathtool(totp, `--totp=${algorithm}`, '-d', '8', '-s', '60s', '--now', at);
    expect((await service.validate({ user: algorithm, passcode, source })).outcome).toBe('accepted');
  }
});
