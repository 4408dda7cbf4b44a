import { REFUSALS } from '@passfob/protocol/refusals';
import { base32nopad } from '@scure/base';
import fc from 'fast-check';
import { readArguments } from 'passfob/cli/arguments';
import { EXIT_CODES, exitCodeOf } from 'passfob/cli/base/exit-codes';
import { type ErrorKind, FobError, refusalError } from 'passfob/errors';
import { TEXTS } from 'passfob/texts';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { failure } from './kit/failure.ts';
import { asked } from './kit/terminal.ts';

const refusal = (args: readonly string[]) => failure(readArguments(args, {}));

it('the command line is read into one command with its options', async () => {
  expect(await asked(['devices', '--all'])).toEqual({
    command: 'devices',
    all: true,
    choice: { port: undefined, serial: undefined },
  });
  expect(await asked(['code', 'Example:alice', '--fob', 'pf-7q4m-k2xz'], { PASSFOB_PORT: 'COM3' })).toEqual({
    command: 'code',
    account: 'Example:alice',
    all: false,
    choice: { port: 'COM3', serial: 'PF-7Q4M-K2XZ' },
  });
  expect(await asked(['clock', '--set', '--port', 'COM4'], { PASSFOB_PORT: 'COM3' })).toMatchObject({
    set: true,
    choice: { port: 'COM4' },
  });
  expect(
    await asked(['enroll', '--generate', '--label', 'alice', '--out', 'f', '--plain-seeds']),
  ).toMatchObject({
    source: {
      from: 'generate',
      kind: 'totp',
      algorithm: 'sha1',
      digits: 6,
      period: 30,
      issuer: '',
      label: 'alice',
    },
    out: { path: 'f', format: 'uri', isSure: false },
  });
});

it('the command line takes the files of an import at any position', async () => {
  const source = {
    files: ['a', 'b'],
    only: ['bob', 'Example: alice'],
    format: 'csv',
    passwordFile: '/dev/fd/3',
    keyFile: undefined,
  };
  const options = ['--only', 'bob', '--format', 'csv', '--password-file', '/dev/fd/3'];
  const args = ['import', ...options, 'a', 'b', '--only', 'Example: alice', '--dry-run'];
  expect(await asked(args)).toMatchObject({ command: 'import', source, isDryRun: true });
  expect(await asked(['import', 'a'])).toMatchObject({ source: { files: ['a'], only: [] }, isDryRun: false });
});

it('the command line takes a fob by its serial or its port, under one name', async () => {
  const environment = { PASSFOB_PORT: 'COM3' };
  const choice = async (...args: string[]) => (await asked(['list', ...args], environment)).choice;
  expect(await choice('--device', 'pf7q4mk2xz')).toEqual({ port: 'COM3', serial: 'PF-7Q4M-K2XZ' });
  expect(await choice('--device', 'hid:/dev/hidraw0')).toEqual({
    port: 'hid:/dev/hidraw0',
    serial: undefined,
  });
  expect(await choice('--device', '\\\\.\\COM12')).toEqual({ port: 'serial:COM12', serial: undefined });
  expect((await refusal(['list', '--device', 'nonsense'])).message).toBe(
    'The device is neither the serial of a fob nor an address, and no fob of the inventory has such a holder.',
  );
  expect((await refusal(['list', '--device', 'COM3', '--port', 'COM3'])).kind).toBe('usage');
  expect((await refusal(['list', '--device', 'COM3', '--fob', 'PF-7Q4M-K2XZ'])).kind).toBe('usage');
});

it("the command line takes the owner's PIN settings, and adds none", async () => {
  expect(await asked(['pin', 'policy'])).toMatchObject({ command: 'pin policy', changes: {} });
  const said = ['--digits', '6', '--attempts', '5', '--on-limit', 'lock', '--lock-after', '120'];
  expect(await asked(['pin', 'policy', ...said])).toMatchObject({
    changes: { pinDigits: 6, attempts: 5, onLimit: 'lock', lockAfterSeconds: 120 },
  });
  const more = ['--digits', 'none', '--lock-after', 'screen', '--typing', 'enter'];
  expect(await asked(['pin', 'policy', '--ask', 'settings,passcode', ...more])).toMatchObject({
    changes: { pinDigits: 0, lockAfterSeconds: 0, typing: 'enter', ask: ['passcode', 'settings'] },
  });
  expect(await asked(['pin', 'policy', '--ask', 'none'])).toMatchObject({ changes: { ask: [] } });
  for (const action of ['require', 'reset', 'escrow']) {
    expect(await asked(['pin', action])).toMatchObject({ command: `pin ${action}` });
  }
});

it('the command line takes commands about one account', async () => {
  expect(await asked(['rename', 'alice', '--issuer', ''])).toMatchObject({
    account: 'alice',
    names: { issuer: '', label: undefined },
  });
  expect(await asked(['move', '01020304', '2'])).toMatchObject({ account: '01020304', position: 2 });
  const named = ['--service', 'Example', '--user', 'alice', '--number', '07'];
  expect(await asked(['respond', 'bank', '00000000', ...named])).toMatchObject({
    command: 'respond',
    asked: { account: 'bank', question: '00000000', service: 'Example', user: 'alice', number: 7 },
  });
  expect(await asked(['respond', 'bank', '12345678'])).toMatchObject({
    asked: { service: '', user: '', number: undefined },
  });
});

it('the command line takes an alphabet that no key URI names', async () => {
  const made = ['enroll', '--generate', '--label', 'a', '--alphabet'];
  expect(await asked([...made, 'base64'])).toMatchObject({ source: { alphabet: 'base64', digits: 8 } });
  expect(await asked([...made, 'hex', '--characters', '5'])).toMatchObject({
    source: { alphabet: 'hex', digits: 5 },
  });
  expect(await asked(['enroll', '--uri', '-', '--alphabet', 'base32'])).toMatchObject({
    source: { from: 'stdin', form: { alphabet: 'base32', digits: 8 } },
  });
  expect(await asked(['enroll', '--qr', 'a.png'])).toMatchObject({ source: { form: undefined } });
});

it('the command line takes the settings of a bare secret, which it never takes itself', async () => {
  const bare = ['enroll', '--secret', '-', '--label', 'alice'];
  expect(await asked(bare)).toMatchObject({
    source: { from: 'secret', counter: 0, settings: { kind: 'totp', digits: 6, period: 30, label: 'alice' } },
  });
  const counted = ['--kind', 'hotp', '--counter', '12', '--digits', '8', '--encoding', 'hex'];
  expect(await asked([...bare, ...counted])).toMatchObject({
    source: { encoding: 'hex', counter: 12, settings: { kind: 'hotp', digits: 8 } },
  });
});

it('the command line takes what tables of tokens do not say', async () => {
  const said = ['--kind', 'totp', '--period', '60', '--digits', '8', '--encoding', 'hex'];
  expect(await asked(['import', 'tokens.csv', ...said, '--dry-run'])).toMatchObject({
    source: { assumed: { type: 'totp', period: 60, digits: 8, encoding: 'hex' } },
  });
});

it('the command line takes an OCRA suite, and no option that the suite states itself', async () => {
  const made = ['enroll', '--generate', '--label', 'a', '--ocra-suite'];
  expect(await asked([...made, 'ocra-1:hotp-sha1-6:qn08'])).toMatchObject({
    source: { from: 'generate-ocra', suite: { digits: 6, question: 0, length: 8 }, label: 'a' },
  });
  expect(await refusal([...made, 'OCRA-1:HOTP-SHA1-6:QN08-S064'])).toMatchObject({
    kind: 'bad-input',
    next: expect.stringContaining('OCRA-1:HOTP-SHA1-6:QN08'),
  });
});

it('the command line without a command, or with --help, gives the help', async () => {
  for (const args of [[], ['--help'], ['enroll', '--help'], ['pin', '--help'], ['pin', 'policy', '--help']]) {
    expect(await readArguments(args, {})).toHaveProperty('help', expect.stringContaining('passfob'));
  }
});

it.each([
  [['list', '--bogus=1', '--worse'], '--bogus, --worse'],
  [['enroll'], 'exactly one of'],
  [['enroll', '--uri', '-', '--qr', 'a.png'], 'exactly one of'],
  [['enroll', '--uri', '-', '--issuer', 'Example'], '--issuer can be used only with --generate or --secret'],
  [['enroll', '--uri', '-', '--counter', '1'], '--counter can be used only with --secret'],
  [
    ['enroll', '--generate', '--label', 'a', '--encoding', 'hex'],
    '--encoding can be used only with --secret',
  ],
  [['enroll', '--secret', 'GEZDGNBV', '--label', 'a'], 'A secret on the command line can be read'],
  [['enroll', '--secret', '-'], '--secret needs --label'],
  [['enroll', '--secret', '-', '--label', 'a', '--counter', '1'], '--counter is for --kind hotp'],
  [['enroll', '--secret', '-', '--label', 'a', '--out', 'b'], '--out can be used only with --generate'],
  [['enroll', '--uri-file', 'a', '--out', 'b'], '--out can be used only with --generate'],
  [['enroll', '--generate', '--label', 'a', '--out', 'b'], 'would hold the secret unencrypted'],
  [
    ['enroll', '--generate', '--label', 'a', '--out', 'b', '--out-format', 'entra'],
    'would hold the secret unencrypted',
  ],
  [['batch', 'p.csv', '--out', 'tokens.xml', '--plain-seeds'], 'ends in .xml can be one of pskc'],
  [['batch', 'p.csv', '--export-days', '31'], '--export-days takes 1 to 30.'],
  [['batch', 'p.csv', '--export-password-file', 'f'], 'can be used only with --export-days'],
  [['batch', 'p.csv', '--out', 'f', '--out-format', 'okta', '--plain-seeds'], 'needs --factor-profile'],
  [
    ['batch', 'p.csv', '--out', 'f', '--out-format', 'linotp', '--plain-seeds', '--realm', 'staff'],
    '--realm cannot be used with --out-format linotp.',
  ],
  [['batch', 'p.csv', '--out', 'f', '--out-format', 'entra'], 'would hold the secret unencrypted'],
  [['enroll', '--generate', '--label', 'a', '--plain-seeds'], '--plain-seeds can be used only with --out'],
  [
    ['enroll', '--generate', '--label', 'a', '--out', 'b', '--plain-seeds', '--key-file', 'c'],
    'only with --out-format pskc',
  ],
  [['enroll', '--generate'], 'needs --label'],
  [['enroll', '--generate', '--label', 'a', '--characters', '6'], '--characters needs an --alphabet'],
  [['enroll', '--generate', '--label', 'a', '--alphabet', 'hex', '--digits', '6'], 'use --characters'],
  [['enroll', '--uri', '-', '--ocra-suite', 'a'], '--ocra-suite can be used only with --generate'],
  [
    ['enroll', '--generate', '--label', 'a', '--ocra-suite', 'a', '--digits', '6'],
    '--digits cannot be used with --ocra-suite',
  ],
  [['pin'], 'pin takes one of: policy, require, reset, escrow'],
  [['pin', 'policy', '--pin', '1234'], 'does not know the option --pin'],
  [['pin', 'policy', '--digits', '3'], '--digits takes 4 to 16 or none'],
  [['pin', 'policy', '--attempts', '2'], '--attempts takes 3 to 20'],
  [['pin', 'policy', '--lock-after', '0'], '--lock-after takes 10 to 65535 or screen'],
  [['pin', 'policy', '--ask', 'passcode,everything'], '--ask takes passcode, approval, settings'],
  [['rename', 'alice'], 'rename takes --issuer, --label or both'],
  [['move', 'alice', '0'], 'whole number from 1'],
])('%j is refused as wrong usage, and the sentence says why', async (args, words) => {
  expect(await refusal(args)).toMatchObject({ kind: 'usage', message: expect.stringContaining(words) });
});

it('the command line never takes a key URI, and says why', async () => {
  for (const args of [
    ['enroll', 'otpauth://totp/a'],
    ['enroll', '--uri', 'OTPAUTH://totp/a'],
    ['enroll', '--uri-file=otpauth://hotp/a'],
    ['pair', 'otpauth-migration://offline'],
  ]) {
    expect((await refusal(args)).message).toContain('can be read by every program on this machine');
  }
});

it('the command line repeats no secret, at any position', async () => {
  const seed = fc
    .uint8Array({ minLength: 10, maxLength: 32 })
    .map(bytes => secret(base32nopad.encode(bytes)));
  await fc.assert(
    fc.asyncProperty(seed, async text => {
      for (const args of [
        ['enroll', text],
        ['enroll', '--uri', text],
        ['enroll', `--uri=otpauth://totp/a?secret=${text}`],
        ['enroll', '--secret', text],
        ['enroll', `--secret=${text}`],
        ['enroll', '--generate', '--label', 'a', '--kind', text],
        ['enroll', '--generate', '--label', 'a', '--algorithm', text.toLowerCase()],
        ['pair', text.toLowerCase()],
        [text],
      ]) {
        const { message, next } = await refusal(args);
        expect(`${message} ${next}`.toUpperCase()).not.toContain(text);
      }
    }),
    { numRuns: 30 },
  );
});

it.each([
  [['123'], '4 to 64'],
  [['1'.repeat(65)], '4 to 64'],
  [['1234 5678'], 'plain ASCII'],
  [['1234\u00fc'], 'plain ASCII'],
  [['12345678', '--number', '100'], 'two digits'],
  [['12345678', '--service', 's'.repeat(33)], 'service is 1 byte too long'],
  [['12345678', '--user', 'a\u202eb'], 'user holds a character'],
])('a question that no fob takes is refused: %j', async (args, words) => {
  const error = await refusal(['respond', 'bank', ...args]);
  expect(error).toMatchObject({ kind: 'bad-input', message: expect.stringContaining(words) });
});

it('exit codes are all different, and each but 0 and 1 is reached by an error', () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  expect(codes).toEqual(codes.map((_, index) => index));
  const kinds = Object.keys(TEXTS) as ErrorKind[];
  const reached = [
    ...kinds.map(kind => exitCodeOf(new FobError(kind))),
    ...Object.values(REFUSALS).map(({ code }) => exitCodeOf(refusalError(code))),
  ];
  // Of them only a dry run, which is no error, ends with 0.
  expect(exitCodeOf(new FobError('dry-run'))).toBe(0);
  expect([...new Set(reached)].sort((a, b) => a - b)).toEqual([0, ...codes.slice(2)]);
});

it('an error says a whole sentence and a whole next step', () => {
  const errors = [
    ...(Object.keys(TEXTS) as ErrorKind[]).map(kind => new FobError(kind, { subject: 'X' })),
    ...Object.values(REFUSALS).map(({ code }) => refusalError(code)),
    refusalError(250),
  ];
  for (const { message, next } of errors) {
    expect(message).toMatch(/^[A-Z].*[.]$/);
    expect(message).not.toMatch(/[{}]/);
    expect(next).not.toBe('');
  }
});
