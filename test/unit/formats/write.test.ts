import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import type { Algorithm } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { handOn, saveNew } from 'passfob/commands/out-file';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { isFobError } from 'passfob/errors';
import { readFiles } from 'passfob/formats/read';
import { OUT_FORMAT_NAMES } from 'passfob/formats/write/names';
import { tokenOf } from 'passfob/formats/write/token';
import { type Output, writeTokens } from 'passfob/formats/write/write';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { account } from '../enrol/accounts.ts';
import { failure } from '../host/kit/failure.ts';
import { KEY, PASSWORD } from './keys.ts';

const SECRET = new TextEncoder().encode('12345678901234567890');
/** Randomness that a test can predict; no two draws are the same. */
const drawer = () => {
  let draws = 0;
  return (length: number) => Uint8Array.from({ length }, (_, at) => (at * 31 + ++draws) & 255);
};

const totp: Enrolment = {
  kind: 2,
  algorithm: 1,
  digits: 6,
  alphabet: 'decimal',
  period: 30,
  counter: 0,
  issuer: 'Example',
  label: 'alice@example.com',
  secret: SECRET,
  warnings: [],
};
const token = (change: Partial<Enrolment> = {}) => tokenOf('PF-7Q4M-K2XZ', 'pico', { ...totp, ...change });
const written = (output: Output, ...changes: Partial<Enrolment>[]) =>
  writeTokens(output, changes.map(token), drawer());
const keyed = (bytes: number): Output => ({ format: 'pskc', sealing: { key: KEY.slice(0, bytes) } });

const answers = { password: async () => PASSWORD, key: async () => KEY };
async function readBack(text: string, key: Uint8Array = KEY): Promise<Enrolment[]> {
  const file = { name: 'written', bytes: new TextEncoder().encode(text) };
  const rows = await readFiles([file], { ...answers, key: async () => key });
  return rows.flatMap(({ outcome }) => (outcome.state === 'ok' ? [outcome.enrolment] : []));
}

const hotp7 = { kind: 1, period: 0, counter: 7, digits: 8, label: 'bob' } as const;

it('the upload file of Entra ID is exactly what Entra ID takes', async () => {
  expect(await written({ format: 'entra' }, {}, { label: "o'brien@example.com", period: 60 })).toBe(
    'upn,serial number,secret key,time interval,manufacturer,model\r\n' +
      'alice@example.com,PF-7Q4M-K2XZ-E9C295,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Passfob,pico\r\n' +
      "o''brien@example.com,PF-7Q4M-K2XZ-655BFB,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,60,Passfob,pico\r\n",
  );
});

it.each([
  hotp7,
  { digits: 8 },
  { period: 45 },
  { algorithm: 2 as Algorithm },
  { secret: new Uint8Array(81) },
])('the upload file of Entra ID holds nothing that Entra ID refuses: %j', async change => {
  expect((await failure(written({ format: 'entra' }, change))).message).toMatch(/^Entra ID takes/);
});

const secret32 = new Uint8Array(32).fill(0x31);
const lines =
  'PF-7Q4M-K2XZ-E9C295,3132333435363738393031323334353637383930,totp,6,30\n' +
  `PF-7Q4M-K2XZ-DCE20D,${'31'.repeat(32)},totp,6,30,sha256\n`;

it.each(['privacyidea', 'linotp'] as const)(
  'the upload file of %s has lines of serial, key, type, digits, period',
  async format => {
    const other = { algorithm: 2, secret: secret32, label: 'carol' } as const;
    expect(await written({ format }, {}, other)).toBe(lines);
  },
);

it('the upload file of privacyIDEA has the counter of HOTP, and LinOTP, which ignores it, gets none but 0', async () => {
  expect(await written({ format: 'privacyidea' }, hotp7)).toBe(
    'PF-7Q4M-K2XZ-5F10B2,3132333435363738393031323334353637383930,hotp,8,7\n',
  );
  expect(await written({ format: 'linotp' }, { ...hotp7, counter: 0 })).toMatch(/,hotp,8,0\n$/);
  expect((await failure(written({ format: 'linotp' }, hotp7))).message).toMatch(/^LinOTP begins every HOTP/);
});

it('the upload file of privacyIDEA with a realm is version 2, and assigns each token to its user', async () => {
  expect(await written({ format: 'privacyidea', realm: 'staff' }, {}, hotp7)).toBe(
    '# version: 2\n' +
      'alice@example.com,,staff,PF-7Q4M-K2XZ-E9C295,3132333435363738393031323334353637383930,totp,6,30\n' +
      'bob,,staff,PF-7Q4M-K2XZ-5F10B2,3132333435363738393031323334353637383930,hotp,8,7\n',
  );
  for (const label of ['', 'a,b']) {
    const error = await failure(written({ format: 'privacyidea', realm: 'staff' }, { label }));
    expect(error.kind).toBe('bad-input');
  }
});

it('docs/formats.md has a row for every format that is written', () => {
  const text = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  const written = text.slice(text.indexOf('## Written'));
  for (const name of OUT_FORMAT_NAMES) expect(written).toContain(`\n| \`${name}\` | `);
});

it('two accounts of one fob with the same names do not go into one file', async () => {
  const error = await failure(written({ format: 'uri' }, {}, { secret: secret32 }));
  expect(error.message).toMatch(/^Two accounts of one fob have the same issuer and label/);
});

it('privacyIDEA gets no key whose length means another hash, and LinOTP is told the hash', async () => {
  const secret = new Uint8Array(32).fill(0x31);
  for (const change of [{ algorithm: 2 as Algorithm }, { secret }, { secret: secret.slice(4) }])
    expect((await failure(written({ format: 'privacyidea' }, change))).message).toMatch(/length of the key/);
  expect(await written({ format: 'linotp' }, { secret })).toMatch(/,totp,6,30,sha1\n$/);
  expect(await written({ format: 'linotp' }, { algorithm: 2 })).toMatch(/,totp,6,30,sha256\n$/);
});

it('the upload file of the OATH Toolkit is users.oath', async () => {
  expect(await written({ format: 'oath' }, {}, hotp7)).toBe(
    'HOTP/T30/6\talice@example.com\t-\t3132333435363738393031323334353637383930\n' +
      'HOTP/E/8\tbob\t-\t3132333435363738393031323334353637383930\t7\n',
  );
  for (const change of [{ algorithm: 3 as Algorithm }, { label: 'al ice' }, { label: '' }, { label: '#x' }]) {
    expect((await failure(written({ format: 'oath' }, change))).kind).toBe('bad-input');
  }
});

it.each(['=1+1', '+1', '-1', '@sum', 'a,b', 'a"b', 'a;b', '#x'])(
  'an upload file holds no cell such as %s',
  async label => {
    const error = await failure(written({ format: 'entra' }, { label }));
    expect(error.message).toMatch(/^The upn (?:begins with a character|has a comma)/);
    expect(error.message).not.toContain(label);
  },
);

it('an upload file holds no account that its format cannot express', async () => {
  for (const format of OUT_FORMAT_NAMES.filter(name => name !== 'pskc' && name !== 'uri')) {
    const error = await failure(written({ format }, { alphabet: 'base32' }));
    expect(error.message).toMatch(/cannot hold an OCRA account/);
  }
  expect((await failure(written(keyed(16), { alphabet: 'hex' }))).kind).toBe('bad-input');
});

const outputs: Output[] = [
  { format: 'uri' },
  { format: 'privacyidea' },
  { format: 'entra' },
  { format: 'oath' },
  ...[16, 24, 32].map(keyed),
  { format: 'pskc' },
];

it.each(outputs)('a file of the format $format reads back as it was written, or is refused', async output => {
  let writes = 0;
  const property = fc.asyncProperty(account, fc.boolean(), async (drawn, isSuited) => {
    const made = isSuited ? suited(drawn) : drawn;
    const one = tokenOf('PF-7Q4M-K2XZ', 'pico', made);
    const text = await writeTokens(output, [one], drawer()).catch(error => error);
    if (isFobError(text, 'bad-input')) return;
    writes++;
    const { sealing } = output;
    const sealed = sealing !== undefined && 'key' in sealing ? sealing.key : undefined;
    const [read] = await readBack(text, sealed);
    const serial = output.format === 'privacyidea' ? { issuer: '', label: one.serial } : {};
    const nameless = output.format === 'entra' || output.format === 'oath' ? { issuer: '' } : {};
    const unlabelled = output.format === 'pskc' ? namesInPskc(made, one.serial) : {};
    expect(read).toEqual({ ...made, ...serial, ...nameless, ...unlabelled });
  });
  await fc.assert(property, { numRuns: 300 });
  expect(writes).toBeGreaterThan(20);
});

it.each(OUT_FORMAT_NAMES)('an account of a file %s is read with what was written of it', async format => {
  let writes = 0;
  const property = fc.asyncProperty(account, async drawn => {
    const made = suited(drawn);
    const output = { format, factorProfile: 'ftp1' } as const;
    const text = await writeTokens(output, [tokenOf('PF-7Q4M-K2XZ', 'pico', made)], drawer()).catch(
      error => error,
    );
    if (isFobError(text, 'bad-input')) return;
    writes++;
    // A person says what a table for Duo does not.
    const assumed = { type: 'totp', digits: 6, period: made.period, algorithm: 'sha1' } as const;
    const file = { name: 'written', bytes: new TextEncoder().encode(text) };
    const [row] = await readFiles([file], { ...answers, assumed });
    const { kind, algorithm, digits, period, secret } = made;
    expect(row?.outcome).toMatchObject({
      state: 'ok',
      enrolment: { kind, algorithm, digits, period, secret },
    });
  });
  await fc.assert(property, { numRuns: 50 });
  expect(writes).toBeGreaterThan(5);
});

/** Returns settings that every format takes. */
function suited(made: Enrolment): Enrolment {
  const period = made.period > 60 ? 60 : 30;
  const secret = made.secret.slice(0, 80);
  return { ...made, kind: 2, algorithm: 1, digits: 6, alphabet: 'decimal', period, counter: 0, secret };
}

/** A label that is left out is read as the serial, and an issuer as the manufacturer. */
function namesInPskc({ issuer, label }: Enrolment, serial: string) {
  return { issuer: issuer === '' ? 'Passfob' : issuer, label: label === '' ? serial : label };
}

it('a file under a password opens with that password only', async () => {
  const text = await written({ format: 'pskc', sealing: { password: PASSWORD } }, {}, { label: 'bob' });
  expect(await readBack(text)).toMatchObject([
    { label: 'alice@example.com' },
    { label: 'bob', secret: SECRET },
  ]);
  expect(text).not.toContain(Buffer.from(SECRET).toString('base64'));
  const wrong = { ...answers, password: async () => `${PASSWORD}!` };
  const file = { name: 'x', bytes: new TextEncoder().encode(text) };
  const rows = await readFiles([file], wrong).catch(error => error);
  expect(
    isFobError(rows, 'bad-input') || rows.every((row: { outcome: object }) => !('enrolment' in row.outcome)),
  ).toBe(true);
});

it('a password that is easy to guess is refused for a file', async () => {
  const error = await failure(written({ format: 'pskc', sealing: { password: 'elevenchars' } }, {}));
  expect(error.message).toMatch(/shorter than 12 characters/);
});

it('a file names two accounts of a fob by two serials, and the same account by the same serial', () => {
  expect(token().serial).toBe(token({ secret: KEY }).serial);
  expect(token().serial).not.toBe(token({ label: 'bob' }).serial);
});

const sealed = () =>
  written(keyed(16), {}, { kind: 1, period: 0, counter: 5, label: 'Böb & <co>', algorithm: 2 });

itNeeds(needsTool('pskctool'), 'pskctool finds our PSKC valid by the schema', async pskctool => {
  const path = join(temporaryFolder(), 'x.xml');
  for (const text of [
    await sealed(),
    await written({ format: 'pskc', sealing: { password: PASSWORD } }, {}),
    await written({ format: 'pskc' }, {}),
  ]) {
    writeFileSync(path, text);
    expect(execFileSync(pskctool, ['--validate', path], { encoding: 'utf8' })).toContain('OK');
  }
  writeFileSync(path, await sealed());
  const said = execFileSync(pskctool, ['--info', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(said).toContain('FriendlyName: Böb & <co>');
  expect(said).toContain('Key Counter: 5');
  expect(said).toContain('Algorithm Parameters Suite: HMAC-SHA256');
});

itNeeds(
  needsTool('pskc2csv'),
  'pskc2csv opens our PSKC, MACs checked, to the same secrets',
  async pskc2csv => {
    const place = temporaryFolder();
    const path = join(place, 'x.xml');
    writeFileSync(join(place, 'key'), KEY.slice(0, 16));
    writeFileSync(join(place, 'password'), PASSWORD);
    const hex = Buffer.from(SECRET).toString('hex');
    const open = (...args: string[]) =>
      execFileSync(pskc2csv, [...args, '-c', 'secret,response_length,time_interval', path], {
        encoding: 'utf8',
      });
    writeFileSync(path, await written(keyed(16), {}));
    expect(open('-s', join(place, 'key')).trim().split(/\r?\n/)[1]).toBe(`${hex},6,30`);
    const byPassword = await written({ format: 'pskc', sealing: { password: PASSWORD } }, {});
    writeFileSync(path, byPassword);
    expect(open('-p', join(place, 'password')).trim().split(/\r?\n/)[1]).toBe(`${hex},6,30`);
    writeFileSync(path, byPassword.replace(/<ValueMAC>..../, '<ValueMAC>AAAA'));
    expect(() =>
      execFileSync(pskc2csv, ['-p', join(place, 'password'), path], { stdio: 'ignore' }),
    ).toThrow();
  },
);

itNeeds(needsTool('oathtool'), 'oathtool makes the same passcodes of users.oath', async oathtool => {
  const lines = (
    await written({ format: 'oath' }, {}, { kind: 1, period: 0, counter: 7, digits: 8, label: 'b' })
  ).split('\n');
  const seconds = 1_234_567_890;
  const expected = [
    hotp(new Hmac(hostPrimitives, 1, SECRET), Math.floor(seconds / 30), 6),
    hotp(new Hmac(hostPrimitives, 1, SECRET), 7, 8),
  ];
  const made = lines.slice(0, 2).map(line => {
    const [type = '', , , key = '', counter = '0'] = line.split('\t');
    const [, mode = '', digits = ''] = type.split('/');
    const moving = mode.startsWith('T')
      ? ['--totp', '-s', `${mode.slice(1)}s`, '-N', `@${seconds}`]
      : ['--hotp', '-c', counter];
    return execFileSync(oathtool, [...moving, '-d', digits, key], { encoding: 'utf8' }).trim();
  });
  expect(made).toEqual(expected);
});

it('a new file is for its owner alone, complete, and replaces no other file', async () => {
  const place = temporaryFolder();
  const path = join(place, 'seeds');
  saveNew(path, 'first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await failure(Promise.resolve().then(() => saveNew(path, 'second')))).toMatchObject({
    kind: 'bad-input',
    message: expect.stringContaining('exists already, and it is not overwritten'),
  });
  expect([readFileSync(path, 'utf8'), readdirSync(place)]).toEqual(['first', ['seeds']]);
  const nowhere = join(place, 'no', 'folder');
  expect((await failure(Promise.resolve().then(() => saveNew(nowhere, 'x')))).message).toMatch(
    /cannot be written/,
  );
});

it('a new file is not begun where its format cannot hold the account', async () => {
  const place = temporaryFolder();
  const out = { format: 'entra', path: join(place, 'seeds') } as const;
  await failure(handOn({ random: drawer() }, out, [token({ digits: 8 })]));
  expect(readdirSync(place)).toEqual([]);
});

it('a new file can be removed again', async () => {
  const place = temporaryFolder();
  const unsave = await handOn({ random: drawer() }, { format: 'uri', path: join(place, 'seeds') }, [token()]);
  expect(readdirSync(place)).toEqual(['seeds']);
  unsave();
  expect(readdirSync(place)).toEqual([]);
});
