import { base32nopad } from '@scure/base';
import fc from 'fast-check';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { isFobError } from 'passfob/errors';
import { type TokenUser, tokenOf } from 'passfob/formats/write/token';
import { type Output, writeTokens } from 'passfob/formats/write/write';
import { expect, it } from 'vitest';
import { account } from '../enrol/accounts.ts';
import { failure } from '../host/kit/failure.ts';

/**
 * Files for services that nobody can run at home, against the rules that their makers publish. Each rule has its
 * source. The tests state the rules a second time, from the documents and not from our writers.
 */

const SECRET = new TextEncoder().encode('12345678901234567890');
const totp: Enrolment = {
  ...{ kind: 2, algorithm: 1, digits: 6, alphabet: 'decimal', period: 30, counter: 0 },
  ...{ issuer: 'Example', label: 'alice', secret: SECRET, warnings: [] },
} as Enrolment;
const hotp: Enrolment = { ...totp, kind: 1, period: 0 };

const dead = (length: number) => new Uint8Array(length);
const token = (change: Partial<Enrolment>, user?: TokenUser) =>
  tokenOf('PF-7Q4M-K2XZ', 'pico', { ...totp, ...change }, user);
const written = (output: Output, ...changes: Partial<Enrolment>[]) =>
  writeTokens(
    output,
    changes.map((change, at) => token({ label: `user${at}@example.com`, ...change })),
    dead,
  );

/** Writes random accounts, each alone, and checks every file that is not refused. @returns how many were not */
async function eachAccepted(output: Output, check: (text: string, made: Enrolment) => void): Promise<number> {
  let count = 0;
  const property = fc.asyncProperty(account, fc.boolean(), async (drawn, isUsual) => {
    const made = isUsual ? { ...drawn, kind: 2, period: 30, digits: 6, alphabet: 'decimal' } : drawn;
    const text = await writeTokens(output, [token(made as Enrolment)], dead).catch(error => error);
    if (isFobError(text, 'bad-input')) return;
    count++;
    check(text, made as Enrolment);
  });
  await fc.assert(property, { numRuns: 300 });
  return count;
}

// https://learn.microsoft.com/graph/api/authenticationmethoddevice-update (beta): required properties and their types;
// https://learn.microsoft.com/entra/identity/authentication/concept-authentication-oath-tokens: Base32, 128 characters.
const rule = {
  '@contentId': /^\d+$/,
  serialNumber: /^\S+$/,
  manufacturer: /^.+$/,
  model: /^.+$/,
  secretKey: /^[A-Z2-7]{16,128}$/,
  hashFunction: /^hmacsha(?:1|256)$/,
};

it('the request is one delta of tokens, each with every required property and no other', async () => {
  const text = await written({ format: 'graph' }, {}, { algorithm: 2, period: 60 });
  expect(JSON.parse(text)).toEqual({
    '@context': '#$delta',
    value: [
      {
        '@contentId': '1',
        serialNumber: expect.stringMatching(/^PF-7Q4M-K2XZ-[\dA-F]{6}$/),
        manufacturer: 'Passfob',
        model: 'pico',
        secretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        timeIntervalInSeconds: 30,
        hashFunction: 'hmacsha1',
      },
      expect.objectContaining({ '@contentId': '2', timeIntervalInSeconds: 60, hashFunction: 'hmacsha256' }),
    ],
  });
});

it('every token that is not refused keeps to the published properties', async () => {
  const count = await eachAccepted({ format: 'graph' }, (text, made) => {
    const [device] = (JSON.parse(text) as { value: Record<string, unknown>[] }).value;
    for (const [name, form] of Object.entries(rule)) expect(String(device?.[name])).toMatch(form);
    expect([30, 60]).toContain(device?.timeIntervalInSeconds);
    expect(made).toMatchObject({
      kind: 2,
      digits: 6,
      alphabet: 'decimal',
      period: device?.timeIntervalInSeconds,
    });
    expect(device?.hashFunction).toBe(made.algorithm === 1 ? 'hmacsha1' : 'hmacsha256');
    expect(base32nopad.decode(String(device?.secretKey))).toEqual(made.secret);
  });
  expect(count).toBeGreaterThan(20);
});

it('a token is assigned to a user who is named by object id, and to nobody otherwise', async () => {
  const id = '00aa00aa-bb11-cc22-dd33-44ee44ee44ee';
  const tokens = [
    token({}, { name: id, upn: '' }),
    token({ label: 'bob' }, { name: 'bob@example.com', upn: '' }),
  ];
  const { value } = JSON.parse(await writeTokens({ format: 'graph' }, tokens, dead));
  expect(value[0].assignTo).toEqual({ id });
  expect(value[1]).not.toHaveProperty('assignTo');
});

it.each([{ digits: 8 }, { period: 45 }, { algorithm: 3 }, { ...hotp }, { secret: new Uint8Array(81) }])(
  'Microsoft Graph is offered no account such as number %# of these',
  async change => {
    const error = await failure(written({ format: 'graph' }, change as Partial<Enrolment>));
    expect(error.message).toMatch(/^Microsoft Graph takes/);
  },
);

// https://developer.okta.com/docs/reference/api/factors, "Enroll Custom HOTP Factor";
// https://help.okta.com, "Custom TOTP factor (MFA)"; names and values of the settings: okta/terraform-provider-okta.
const okta: Output = { format: 'okta', factorProfile: 'fpr20l2mDyaUGWGCa0g4' };

it('the file has the settings of the profile, and for each user the body of the request', async () => {
  expect(JSON.parse(await written(okta, { label: 'alice@example.com' }))).toEqual({
    factorProfile: {
      id: 'fpr20l2mDyaUGWGCa0g4',
      ...{ otpLength: 6, hmacAlgorithm: 'HMacSHA1', timeStep: 30, sharedSecretEncoding: 'hexadecimal' },
    },
    enrolments: [
      {
        serial: 'PF-7Q4M-K2XZ-E9C295',
        login: 'alice@example.com',
        body: {
          factorType: 'token:hotp',
          provider: 'CUSTOM',
          factorProfileId: 'fpr20l2mDyaUGWGCa0g4',
          profile: { sharedSecret: '3132333435363738393031323334353637383930' },
        },
      },
    ],
  });
});

it('every account that is not refused fits a profile that Okta can have', async () => {
  const count = await eachAccepted(okta, (text, made) => {
    const { factorProfile, enrolments } = JSON.parse(text);
    expect(['HMacSHA1', 'HMacSHA256', 'HMacSHA512']).toContain(factorProfile.hmacAlgorithm);
    expect([15, 30, 60]).toContain(factorProfile.timeStep);
    expect([6, 8]).toContain(factorProfile.otpLength);
    expect(made).toMatchObject({ kind: 2, digits: factorProfile.otpLength, period: factorProfile.timeStep });
    expect(Buffer.from(enrolments[0].body.profile.sharedSecret, 'hex')).toEqual(Buffer.from(made.secret));
  });
  expect(count).toBeGreaterThan(20);
});

it('accounts with different settings do not go into one profile', async () => {
  const error = await failure(written(okta, {}, { digits: 8 }));
  expect(error.message).toMatch(/^A factor profile of Okta has one algorithm/);
  expect((await failure(written(okta, { label: '' }))).message).toBe('Okta wants a user.');
});

// https://duo.com/docs/adminapi, "Create hardware token": types h6, h8, t6, t8; HOTP counter 0 and TOTP step 30 s by
// default; duosecurity/duo_client_python. https://duo.com/docs/administration-devices: one type for one import, secrets
// in hexadecimal, serial,secret[,counter].
it.each([
  ['TOTP-6', [totp], /^PF-\S+,3132333435363738393031323334353637383930\n$/],
  ['TOTP-8', [{ ...totp, digits: 8 }], /^PF-\S+,[\da-f]{40}\n$/],
  ['HOTP-6', [hotp, { ...hotp, counter: 7, label: 'b' }], /^PF-\S+,[\da-f]{40},0\nPF-\S+,[\da-f]{40},7\n$/],
  ['HOTP-8', [{ ...hotp, digits: 8 }], /^PF-\S+,[\da-f]{40},0\n$/],
])('tokens of the type %s are lines of serial, key and counter', async (_, accounts, lines) => {
  expect(await written({ format: 'duo' }, ...accounts)).toMatch(lines);
});

it('every account that is not refused is of one of the four types', async () => {
  const count = await eachAccepted({ format: 'duo' }, (text, made) => {
    expect(text).toMatch(/^[\w-]+,(?:[\da-f]{2}){10,}(?:,\d+)?\n$/);
    expect(made).toMatchObject({ algorithm: 1, alphabet: 'decimal' });
    expect([6, 8]).toContain(made.digits);
    if (made.kind === 2) expect(made.period).toBe(30);
    else expect(text.split(',')[2]).toBe(`${made.counter}\n`);
  });
  expect(count).toBeGreaterThan(20);
});

it('two types are refused for one file, by their names', async () => {
  expect((await failure(written({ format: 'duo' }, {}, hotp))).message).toBe(
    'Duo imports one type of token at a time, and these accounts are of several: TOTP-6, HOTP-6.',
  );
});

it.each([{ digits: 7 }, { period: 60 }, { algorithm: 2 }])(
  'Duo is offered no account of %o',
  async change => {
    const error = await failure(written({ format: 'duo' }, change as Partial<Enrolment>));
    expect(error.message).toMatch(/^Duo takes accounts of 6 or 8 digits/);
  },
);
