import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import type { Response } from '@passfob/protocol/commands';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { withFobRandomness } from 'passfob/enrol/mixed-seed';
import { freshSeed } from 'passfob/enrol/seed';
import { randomId } from 'passfob/owner/account';
import { cutText } from '../../../../base/cut-text.ts';
import { tokenLimits } from '../../../../base/limits/tokens.ts';
import { serialOnFob } from '../../../tokens/account-id.ts';
import type { SeededToken } from '../../../tokens/issue.ts';
import type { PolicyRow } from '../../../tokens/policies.ts';
import { RelayRefusal } from '../records/refusal.ts';
import { ALGORITHM_NUMBERS } from './account.ts';
import type { Run } from './run.ts';

/** Bytes of a record besides names and key. */
const TOTP_OVERHEAD = 5;
const HOTP_OVERHEAD = 10;

/** The names of a new token, and facts about its fob. */
export interface FreshOptions {
  readonly service: string;
  readonly user: string;
  readonly info: Response<'info'>;
}

/**
 * Returns a new token for the fob at hand, as a policy requires or with defaults that every service accepts. Its seed
 * combines randomness of this computer and of the fob, which came through the session.
 * @throws RelayRefusal `full`, `unfit`
 */
export function freshToken(
  { client, hello, tools }: Run,
  policy: PolicyRow | undefined,
  { service, user, info }: FreshOptions,
): SeededToken {
  if (info.freeRecords === 0) throw new RelayRefusal('full', 'the fob is full');
  const kind = policy?.kind === 'hotp' ? 'hotp' : 'totp';
  const algorithm = ALGORITHM_NUMBERS[policy?.algorithm ?? 'sha1'];
  if (((hello.algorithms >> algorithm) & 1) === 0) throw new RelayRefusal('unfit', 'no such algorithm');
  const alphabet = policy?.alphabet ?? 'decimal';
  // Firmware supports alphabets since the version that added OCRA.
  if (alphabet !== 'decimal' && !client.knows('putOcra')) throw new RelayRefusal('old_firmware');
  const made = freshSeed(
    {
      kind: kind === 'hotp' ? KIND_HOTP : KIND_TOTP,
      algorithm,
      alphabet,
      digits: policy?.digits ?? tokenLimits.digitsDefault,
      period: policy?.period_seconds ?? tokenLimits.periodDefaultSeconds,
      label: '',
    },
    tools.random,
  );
  const overhead = kind === 'hotp' ? HOTP_OVERHEAD : TOTP_OVERHEAD;
  const names = fittingNames(service, user, info.recordBytes - made.secret.length - overhead);
  const mixed: Enrolment = withFobRandomness({ ...made, ...names }, client.sessionChance);
  made.secret.fill(0);
  return {
    serial: serialOnFob(hello.serial, randomId(tools.random)),
    kind,
    algorithm: policy?.algorithm ?? 'sha1',
    alphabet,
    digits: mixed.digits,
    period: policy?.period_seconds ?? tokenLimits.periodDefaultSeconds,
    pinPlace: policy?.pin_place ?? 'none',
    lookAhead: policy?.look_ahead ?? tokenLimits.lookAheadDefault,
    ...names,
    secret: mixed.secret,
  };
}

/** Returns the names as far as they fit into the fob's record: half of it is left for the user's name. */
function fittingNames(service: string, user: string, room: number) {
  const issuer = cutText(service, Math.min(tokenLimits.issuerMaxBytes, Math.floor(room / 2)));
  const left = Math.max(0, room - Buffer.byteLength(issuer));
  return { issuer, label: cutText(user, Math.min(tokenLimits.labelMaxBytes, left)) };
}
