import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { answersFor, PASSWORD } from './keys.ts';

/** Other programs read and write the same files. */

const corpus = (name: string) => fileURLToPath(new URL(`corpus/${name}`, import.meta.url));

async function ours(name: string, bytes = readFileSync(corpus(name))) {
  const rows = await readFiles([{ name, bytes: new Uint8Array(bytes) }], answersFor(name));
  return rows.flatMap(({ outcome }) => (outcome.state === 'ok' ? [outcome.enrolment] : []));
}

const hex = (secret: Uint8Array) => Buffer.from(secret).toString('hex');

describeNeeds(needsTool('pskctool'), 'pskctool', pskctool => {
  it.each(['pskc-totp.xml', 'pskc-prefixed.xml'])('another program reads %s as we do', async name => {
    const said = execFileSync(pskctool, ['--info', corpus(name)], { encoding: 'utf8' });
    const secrets = [...said.matchAll(/Key Secret \(base64\): (\S+)/g)].map(([, text = '']) => text);
    const lengths = [...said.matchAll(/Response Format Length: (\d+)/g)].map(([, text]) => Number(text));
    const accounts = await ours(name);
    expect(accounts.map(({ secret }) => Buffer.from(secret).toString('base64'))).toEqual(secrets);
    expect(accounts.map(({ digits }) => digits)).toEqual(lengths);
  });
});

describeNeeds(needsTool('pskc2csv'), 'pskc2csv', pskc2csv => {
  it.each([
    'pskc-figure-7.xml',
    'pskc-by-csv2pskc.xml',
    'pskc-figure-6.xml',
    'pskc-aes-256.xml',
    'pskc-mac-sha384-aes-256.xml',
    'pskc-draft-2006.xml',
  ])('another program opens %s to the same secrets', async name => {
    const place = temporaryFolder();
    writeFileSync(join(place, 'password'), await answersFor(name).password(name));
    writeFileSync(join(place, 'key'), await answersFor(name).key(name, ''));
    const isByPassword = readFileSync(corpus(name), 'utf8').includes('DerivedKey');
    const opener = isByPassword ? ['-p', join(place, 'password')] : ['-s', join(place, 'key')];
    const table = execFileSync(pskc2csv, [...opener, '-c', 'secret,response_length', corpus(name)], {
      encoding: 'utf8',
    });
    const lines = table.trim().split(/\r?\n/).slice(1);
    expect((await ours(name)).map(({ secret, digits }) => `${hex(secret)},${digits}`)).toEqual(lines);
  });
});

itNeeds(
  needsTool('csv2pskc'),
  'csv2pskc writes our accounts under a password, and we read them back',
  async csv2pskc => {
    const place = temporaryFolder();
    const secrets = ['3132333435363738393031323334353637383930', 'ff'.repeat(32)];
    writeFileSync(
      join(place, 'in.csv'),
      `serial,secret,counter,issuer,algorithm,response_length\n${secrets
        .map((secret, at) => `S${at},${secret},${at},Example,hotp,${6 + at}`)
        .join('\n')}\n`,
    );
    writeFileSync(join(place, 'password'), PASSWORD);
    execFileSync(csv2pskc, [
      '-p',
      join(place, 'password'),
      '-o',
      join(place, 'out.xml'),
      join(place, 'in.csv'),
    ]);
    const accounts = await ours('by-csv2pskc', readFileSync(join(place, 'out.xml')));
    expect(accounts.map(({ secret, digits, label }) => [label, hex(secret), digits])).toEqual([
      ['S0', secrets[0], 6],
      ['S1', secrets[1], 7],
    ]);
  },
);
