import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { hostPrimitives } from 'passfob/client/primitives';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { answersFor } from './keys.ts';
import { ORIGINS } from './samples.ts';

const FOLDER = fileURLToPath(new URL('corpus/', import.meta.url));
const MOMENT = 1_767_225_617;
const RFC_4226 = '3132333435363738393031323334353637383930';

/** Returns the passcodes that the fob shows; undefined where oathtool knows no such account. */
function shown({ kind, algorithm, digits, alphabet, period, counter, secret }: Enrolment) {
  if (kind === KIND_OCRA || alphabet !== 'decimal') return undefined;
  const key = new Hmac(hostPrimitives, algorithm, secret);
  return hotp(key, kind === KIND_TOTP ? Math.floor(MOMENT / period) : counter, digits);
}

/** Returns the passcodes that oathtool shows for the parameters of the writing program. */
function wanted(oathtool: string, words: string): string | undefined {
  const [kind, ...rest] = words.split(' ');
  if (kind === 'ocra' || kind === 'alphabet') return undefined;
  const hash = rest.find(word => word.startsWith('sha'))?.toUpperCase() ?? 'SHA1';
  const said = (mark: string, otherwise: string) =>
    rest.find(word => word.startsWith(mark) && word !== hash.toLowerCase())?.slice(1) ?? otherwise;
  const period = rest.find(word => /^s\d/.test(word))?.slice(1) ?? '30';
  // oathtool has HOTP with SHA-1 only: under another hash, the passcode of a counter is that of this time step.
  const at = kind === 'hotp' ? Number(said('c', '0')) * 30 : MOMENT;
  const args = [
    `--totp=${hash}`,
    '-d',
    said('d', '6'),
    '-s',
    `${period}s`,
    '-N',
    `@${at}`,
    said('k', RFC_4226),
  ];
  return execFileSync(oathtool, args, { encoding: 'utf8' }).trim();
}

async function accountsOf(name: string): Promise<Enrolment[]> {
  const file = { name, bytes: new Uint8Array(readFileSync(`${FOLDER}${name}`)) };
  const rows = await readFiles([file], answersFor(name));
  return rows.flatMap(({ outcome }) => (outcome.state === 'ok' ? [outcome.enrolment] : []));
}

describeNeeds(needsTool('oathtool'), 'oathtool', oathtool => {
  const samples = ORIGINS.flatMap(({ from, files }) =>
    Object.entries(files).map(([name, accounts]) => ({ from, name, accounts })),
  );

  it.each(samples)(
    'the passcodes equal those of the writing program $name: $from',
    async ({ name, accounts }) => {
      expect((await accountsOf(name)).map(shown)).toEqual(accounts.map(words => wanted(oathtool, words)));
    },
  );

  it('every file of the corpus that holds an account is tested', () => {
    const holding = readdirSync(FOLDER).filter(
      name =>
        name.endsWith('.expected.json') && /"state": "ok"/.test(readFileSync(`${FOLDER}${name}`, 'utf8')),
    );
    expect(
      samples.map(({ name }) => `${name}.expected.json`).sort(),
      'Say in test/unit/formats/samples.ts which program the file is from, and what that program makes of it.',
    ).toEqual(holding.sort());
  });
});
