import { KIND_HOTP, KIND_TOTP, type OwnedAccount } from '@passfob/protocol/account';
import type { Response } from '@passfob/protocol/commands';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { isRefusal } from 'passfob/errors';
import { accountOf, isProved, putAccount } from 'passfob/owner/account';
import { accountIdOf } from '../../../tokens/account-id.ts';
import type { TokenRow } from '../../../tokens/rows.ts';
import { secretOf } from '../../../tokens/tokens.ts';
import { RelayRefusal } from '../records/refusal.ts';
import { opened } from './locked.ts';
import { type Run, recordStep } from './run.ts';

export const ALGORITHM_NUMBERS: Readonly<Record<TokenRow['algorithm'], Algorithm>> = {
  sha1: SHA1,
  sha256: SHA256,
  sha512: SHA512,
};

/** Names of an account, in UTF-8. */
type Names = Pick<Response<'list'>, 'issuer' | 'label'>;

/**
 * Has the fob hold the account of a token, and prove it by a MAC over a fresh nonce. An account that is already there
 * is proved; if the proof fails, the account is written again.
 * @param listed the accounts that the fob reports
 * @returns the id of the account on the fob
 * @throws RelayRefusal `not_proved`, FobError `refused`, those of the link
 */
export async function provedAccount(
  run: Run,
  token: TokenRow,
  fobSerial: string,
  listed: readonly Response<'list'>[],
): Promise<Uint8Array> {
  const { claim, client, management, tools } = run;
  const id = accountIdOf(token, fobSerial);
  const secret = secretOf(management.keys, token);
  if (secret === undefined) throw new RelayRefusal('failed', 'the seed does not unseal');
  try {
    await recordStep(claim, 'written');
    const enrolment = enrolmentOf(token, secret);
    const present = listed.find(account => Buffer.compare(account.id, id) === 0);
    const isThere =
      present !== undefined && (await opened(run, () => proves(run, accountFor(enrolment, id, present))));
    if (!isThere) {
      const { signal } = tools;
      if (present !== undefined) await opened(run, () => client.call('remove', { id }, { signal }));
      await opened(run, () => write(run, enrolment, id));
    }
    await recordStep(claim, 'proved');
    return id;
  } finally {
    secret.fill(0);
  }
}

async function proves({ client, tools }: Run, account: OwnedAccount): Promise<boolean> {
  try {
    return await isProved(tools, client, account);
  } catch (error) {
    if (isRefusal(error, 'damaged', 'no-such-account')) return false;
    throw error;
  }
}

async function write(run: Run, enrolment: Enrolment, id: Uint8Array): Promise<void> {
  const { client, tools } = run;
  const account = accountFor(enrolment, id);
  const isRight = (await putAccount(tools, client, account, enrolment)) ?? (await proves(run, account));
  if (isRight) return;
  // The fob holds another key than it was given: no token is better than an untrustworthy one.
  await client.call('remove', { id }, { signal: tools.signal });
  throw new RelayRefusal('not_proved', 'the account did not prove itself');
}

/** @param names as on the fob, where its user or an earlier owner renamed the account */
function accountFor(enrolment: Enrolment, id: Uint8Array, names?: Names): OwnedAccount {
  const { settings, key } = accountOf(enrolment, id);
  const { issuer, label } = names ?? settings;
  return { key, settings: { ...settings, issuer, label } };
}

function enrolmentOf(token: TokenRow, secret: Uint8Array): Enrolment {
  const isHotp = token.kind === 'hotp';
  return {
    kind: isHotp ? KIND_HOTP : KIND_TOTP,
    algorithm: ALGORITHM_NUMBERS[token.algorithm],
    digits: token.digits,
    alphabet: token.alphabet,
    period: token.period_seconds ?? 0,
    counter: isHotp ? token.last_step + 1 : 0,
    issuer: token.issuer,
    label: token.label,
    secret,
    warnings: [],
  };
}
