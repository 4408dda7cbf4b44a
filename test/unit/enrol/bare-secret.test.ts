import { execFileSync } from 'node:child_process';
import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { SHA256 } from '@passfob/protocol/primitives';
import { type EnrolSource, readEnrolment } from 'passfob/commands/enrol-source';
import { readBareSecret } from 'passfob/enrol/bare-secret';
import { expect, it } from 'vitest';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { failure, refusal } from '../host/kit/failure.ts';

const HEX = '3132333435363738393031323334353637383930';
const BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
/** Both encodings have these letters. */
const EITHER = '2345ABCD2345ABCD';

const hex = (secret: Uint8Array) => Buffer.from(secret).toString('hex');

it.each([
  [BASE32],
  [BASE32.toLowerCase()],
  ['GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ\n'],
  [`${BASE32}====`],
  [HEX],
  [HEX.toUpperCase()],
  ['0x3132 3334 3536 3738 3930 3132 3334 3536 3738 3930'],
  ['31:32:33:34:35:36:37:38:39:30:31:32:33:34:35:36:37:38:39:30'],
])('a bare secret is read as people and tools write it: %#', text => {
  expect(hex(readBareSecret(text).secret)).toBe(HEX);
});

it('text that is hexadecimal and Base32 needs the name of its encoding', () => {
  expect(() => readBareSecret(EITHER)).toThrow('can be read as hexadecimal and as Base32');
  expect(hex(readBareSecret(EITHER, 'hex').secret)).toBe(EITHER.toLowerCase());
  expect(readBareSecret(EITHER, 'base32').secret).toHaveLength(10);
});

it.each([
  ['otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ', undefined, '--uri -'],
  [`${BASE32}\n${BASE32}`, undefined, 'one secret'],
  ['A'.repeat(1_025), undefined, 'one secret'],
  [BASE32, 'hex', '--encoding base32'],
  ['313', 'hex', '--encoding base32'],
  ['not a secret!', undefined, 'Copy the secret again'],
] as const)('a bare secret that cannot be read is refused with the next step: %#', (text, encoding, next) => {
  const error = refusal(() => readBareSecret(text, encoding));
  expect(error).toMatchObject({ kind: 'bad-input', next: expect.stringContaining(next) });
  expect(JSON.stringify(error)).not.toContain(text);
});

const settings = {
  kind: 'totp',
  algorithm: 'sha256',
  alphabet: 'decimal',
  digits: 8,
  period: 60,
  issuer: 'Example',
  label: 'alice',
} as const;
const tools = (text: string) => ({
  standardInput: async () => text,
  random: () => {
    throw new Error('A given secret needs no randomness.');
  },
});

it('an account from a bare secret has the settings of its options', async () => {
  const source: EnrolSource = { from: 'secret', counter: 0, settings };
  expect(await readEnrolment(source, tools(`${HEX}\n`))).toMatchObject({
    kind: KIND_TOTP,
    algorithm: SHA256,
    digits: 8,
    period: 60,
    issuer: 'Example',
    label: 'alice',
  });
  const counted: EnrolSource = { ...source, counter: 7, settings: { ...settings, kind: 'hotp' } };
  expect(await readEnrolment(counted, tools(BASE32))).toMatchObject({
    kind: KIND_HOTP,
    counter: 7,
    period: 0,
  });
});

it('an account from a bare secret must fit into a fob', async () => {
  const short = readEnrolment({ from: 'secret', counter: 0, settings }, tools('GEZDGNBV'));
  expect((await failure(short)).message).toContain('5 bytes');
});

itNeeds(needsTool('oathtool'), 'a bare secret gives the key that oathtool reads from it', oathtool => {
  const said = execFileSync(oathtool, ['-v', '--totp', '-b', BASE32], { encoding: 'utf8' });
  expect(said).toContain(`Hex secret: ${hex(readBareSecret(BASE32).secret)}`);
});
