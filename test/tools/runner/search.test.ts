import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { readSecrets, searchFiles } from './search.ts';
import { base32, spellings } from './spellings.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder('search', onTestFinished);
});

function kindsFound(content: string | Uint8Array, ...secrets: (string | Uint8Array)[]): string[] {
  writeFileSync(join(directory, 'printed'), content);
  return searchFiles(directory, secrets).findings.map(finding => finding.kind);
}

const key = Buffer.from('00112233445566778899aabbccddeeff01020304', 'hex');
const COLOURED = '00 11 22\x1b[31m 33 44 55 66 77 88 99 aa bb cc dd ee ff 01 02 03 04';

describe('the secret search', () => {
  it.each([
    ['raw', Buffer.concat([Buffer.from('log: '), key, Buffer.from('\n')]), 'raw'],
    ['hex', `key=${key.toString('hex')}`, 'hex'],
    ['upper-case hex', `key=${key.toString('hex').toUpperCase()}`, 'HEX'],
    ['Base64', `key=${key.toString('base64')}`, 'base64'],
    ['Base32', `otpauth://totp/x?secret=${base32(key)}&period=30`, 'base32'],
    ['a hex dump', [...key].map(byte => byte.toString(16).padStart(2, '0')).join(' '), 'hex, punctuated'],
    ['a printed Buffer over colours', COLOURED, 'hex, punctuated'],
    [
      'a printed array',
      `Uint8Array [\n${[...key].map(byte => `+  ${byte},\n`).join('')}]`,
      'decimal list, punctuated',
    ],
    [
      'JSON of a typed array',
      JSON.stringify({ key: new Uint8Array(key) }),
      'JSON of a typed array, punctuated',
    ],
    [
      'Base32 in groups',
      base32(key)
        .replace(/(.{4})/g, '$1 ')
        .toLowerCase(),
      'base32, punctuated',
    ],
  ])('finds bytes printed as %s', (_form, content, kind) => {
    expect(kindsFound(content, key)).toContain(kind);
  });

  it.each([0, 1, 2, 3, 4])('finds bytes inside the Base64 of a message, %i bytes after its start', lead => {
    const message = Buffer.concat([randomBytes(lead), key, randomBytes(5)]);
    expect(kindsFound(message.toString('base64'), key)).not.toEqual([]);
  });

  it.each(['QPZR-Y9X8-GF2T-VDW0', 'qpzry9x8gf2tvdw0', 'qpzr y9x8 gf2t vdw0', 'code%3DQPZR-Y9X8-GF2T-VDW0'])(
    'finds a code printed as %s',
    printed => {
      expect(kindsFound(`it was ${printed}!`, 'QPZR-Y9X8-GF2T-VDW0')).toHaveLength(1);
    },
  );

  it('passes text without a secret, and does not take a part of one for it', () => {
    expect(kindsFound(`nothing here but ${key.toString('hex').slice(1)}`, key)).toEqual([]);
  });

  it('finds a passcode that stands by itself, and not inside a dump', () => {
    expect(kindsFound('the passcode is BF28F8.', 'BF28F8')).not.toEqual([]);
    expect(kindsFound('> 55 01f304a6bf2c9c9584760602bf28f8f5c16f', 'BF28F8')).toEqual([]);
    expect(kindsFound('a test of many 128093ms', '128093')).toEqual([]);
    expect(kindsFound('the passcode is 128093 ms', '128093')).not.toEqual([]);
  });

  it('says where, and never what', () => {
    mkdirSync(join(directory, 'deep'));
    writeFileSync(join(directory, 'deep', 'log'), `12345${key.toString('hex')}`);
    const { findings } = searchFiles(directory, [key]);
    expect(findings).toEqual([{ file: join('deep', 'log'), offset: 5, kind: 'hex' }]);
  });

  it('looks for nothing that any dump contains', () => {
    expect(spellings(new Uint8Array(32))).toEqual([]);
    expect(spellings('000000')).toEqual([]);
  });

  it('finds each of 10,000 secrets in a megabyte, and nothing in as much noise', () => {
    const secrets = Array.from({ length: 10_000 }, () => randomBytes(20));
    const noise = randomBytes(750_000).toString('base64');
    expect(kindsFound(noise, ...secrets)).toEqual([]);
    const all = secrets.map(value => value.toString('hex')).join('\n');
    expect(kindsFound(`${noise}${all}`, ...secrets)).toHaveLength(secrets.length);
  });

  it('agrees with a plain search for every spelling', () => {
    const bytes = fc.uint8Array({ minLength: 6, maxLength: 40 }).filter(value => new Set(value).size >= 4);
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), (value, before, after) => {
        for (const { kind, text, squeezed } of spellings(value)) {
          const isTyped = /^[0-9A-Fa-f]{1,9}$/.test(text);
          const printed = squeezed ? text.split('').join(' ') : isTyped ? ` ${text} ` : text;
          const content = Buffer.concat(
            [before, Buffer.from(printed, 'latin1'), after].map(one => Buffer.from(one)),
          );
          expect(kindsFound(content, value), kind).not.toEqual([]);
        }
      }),
      { numRuns: 50 },
    );
  });
});

it('secret() returns its argument and records it once, short values excepted', () => {
  vi.stubEnv('PASSFOB_SECRETS_FILE', join(directory, 'secrets'));
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(secret(key)).toBe(key);
  expect(secret('correct horse')).toBe('correct horse');
  secret('correct horse');
  secret('12345');
  expect(readSecrets(join(directory, 'secrets'))).toEqual([key, 'correct horse']);
});
