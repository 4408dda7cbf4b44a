import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FILE_BYTES_MAX, FILES_MAX, ROWS_MAX } from 'passfob/formats/base/limits';
import type { ImportRow } from 'passfob/formats/base/row';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { failure } from '../host/kit/failure.ts';
import { answersFor, unasked } from './keys.ts';
import { migrationUri } from './made.ts';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

const file = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) });
const corpus = (name: string) => ({
  name,
  bytes: new Uint8Array(readFileSync(fileURLToPath(new URL(`corpus/${name}`, import.meta.url)))),
});
const states = (rows: readonly ImportRow[]) =>
  rows.map(({ place, label, outcome }) => [place, label, outcome.state].join(' '));

const part = (index: number) =>
  file(`part-${index}.txt`, migrationUri([{ name: `user${index}` }], { size: 3, index, batch: 4 }));

it('files that are parts of one export are combined, in any order', async () => {
  expect(states(await readFiles([part(2), part(0), part(1)], unasked))).toEqual([
    'part-0.txt, line 1, account 1 user0 ok',
    'part-1.txt, line 1, account 1 user1 ok',
    'part-2.txt, line 1, account 1 user2 ok',
  ]);
});

it('an incomplete export names the missing part', async () => {
  const rows = await readFiles([part(2), part(1)], unasked);
  expect(rows[0]).toMatchObject({
    place: 'part 1 of 3',
    outcome: { state: 'refused', reason: 'Of this export part 1 of 3 is missing.' },
  });
  expect(rows).toHaveLength(3);
});

it('files may be of different formats, and an account in two of them is taken once', async () => {
  const rows = await readFiles(
    [corpus('aegis-plain.json'), corpus('2fas-plain.2fas'), corpus('aegis-plain.json')],
    unasked,
  );
  expect(rows.map(({ outcome }) => outcome.state)).toEqual([
    ...Array(6).fill('ok'),
    ...Array(3).fill('skipped'),
  ]);
  expect(rows[6]?.outcome).toMatchObject({ reason: 'The same account stands at aegis-plain.json, entry 1.' });
});

it('several files are refused with the name of the unreadable one', async () => {
  const error = await failure(readFiles([corpus('uri-good.txt'), corpus('json-broken.json')], unasked));
  expect(error.message).toBe('json-broken.json, The file is not well-formed JSON.');
});

it.each(['pskc-iterations.xml', 'bitwarden-bomb.json', 'bitwarden-account.json', 'pskc-dtd.xml'])(
  'file %s is refused before anybody is asked for a password',
  async name => {
    expect((await failure(readFiles([corpus(name)], unasked))).kind).toBe('bad-input');
  },
);

it.each(['aegis-scrypt-bomb.json', 'pskc-iterations.xml', 'pskc-entities.xml', 'json-deep.json'])(
  'file %s is refused at once, whatever work it asks for',
  async name => {
    const start = process.cpuUsage();
    await failure(readFiles([corpus(name)], answersFor(name)));
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  },
);

it('a file is read as the stated format', async () => {
  const [row] = await readFiles([file('x', `label,secret\nalice,${SECRET}\n`)], unasked, 'csv');
  expect(row).toMatchObject({ label: 'alice', outcome: { state: 'ok' } });
  const error = await failure(readFiles([file('x', `label,secret\nalice,${SECRET}\n`)], unasked, 'aegis'));
  expect(error.message).toMatch(/JSON/);
});

it('a file may hold as many rows as the limit says', async () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => `otpauth://totp/u${at}?secret=${SECRET}`).join('\n');
  expect(await readFiles([file('many', lines(ROWS_MAX))], unasked)).toHaveLength(ROWS_MAX);
});

it('a file may have so many bytes, and files may be so many', async () => {
  const big = { name: 'big', bytes: new Uint8Array(FILE_BYTES_MAX + 1).fill(0x20) };
  expect((await failure(readFiles([big], unasked, 'uri'))).message).toBe('The file is too big.');
  const many = Array.from({ length: FILES_MAX + 1 }, () => file('x', ''));
  expect((await failure(readFiles(many, unasked))).message).toMatch(/files are named/);
});

it('no text about a refused row holds a secret, wherever the secret stood', async () => {
  const texts = [
    `label,secret\n${SECRET},alice\n`,
    `${SECRET},865000000001\n865000000001,${SECRET}\n`,
    `OATH-HOTP,1.1.26 10:00,1,,${SECRET},x,,,0,0,0,6,0\n`,
    `<Tokens><Token serial="${SECRET}"><Applications><Application><Seed>x</Seed></Application></Applications></Token></Tokens>`,
    `dn: sccAuthenticatorId=${SECRET}\nsccTokenData: sccKey=x;sccMode=E\n`,
    `${SECRET},x,totp,6,30\nOATH1,${SECRET},totp,6,30\n`,
    `HOTP/T30/6\t${SECRET}\t-\tx\nHOTP\talice\t${SECRET}\n`,
    `otpauth://totp/${SECRET}?secret=1\n${SECRET}\notpauth://${SECRET}/x?secret=${SECRET}\n`,
  ];
  for (const text of texts) {
    const rows = await readFiles([file('x', text)], unasked);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows.filter(({ outcome }) => outcome.state !== 'ok'))).not.toContain(SECRET);
    expect(rows.every(({ outcome }) => outcome.state === 'refused')).toBe(true);
  }
});

const container = (more: string) =>
  `<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"><EncryptionKey><KeyName xmlns="http://www.w3.org/2000/09/xmldsig#">k</KeyName></EncryptionKey>${more}</KeyContainer>`;

it.each([
  '<constructor/>',
  'label,constructor\nalice,GEZDGNBVGY3TQOJQ\n',
  container('<MACMethod Algorithm="constructor"/>'),
  '{"Authenticators":[{"Type":"constructor","Secret":"GEZDGNBVGY3TQOJQ"}]}',
  '<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:container"><Device><Key KeyAlgorithm="HOTP"><Data Name="constructor"/></Key></Device></KeyContainer>',
])('a name that all objects inherit is unknown like any other: %#', async text => {
  const rows = await readFiles([file('x', text)], answersFor('x')).catch(error => error.kind);
  expect(rows === 'bad-input' || rows.every((row: ImportRow) => row.outcome.state === 'refused')).toBe(true);
});
