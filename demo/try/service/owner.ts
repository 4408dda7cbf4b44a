import { KIND_HOTP, KIND_OCRA, KIND_TOTP, type Kind } from '@passfob/protocol/account';
import { type Algorithm, SHA1 } from '@passfob/protocol/primitives';
import { type Client, pairingCode, pairingKey } from 'passfob/client';
import { FobError } from 'passfob/errors';
import { accountOf, isProved, putAccount, randomId } from 'passfob/owner/account';
import { setTime } from 'passfob/owner/clock';
import { type FobSecrets, giveSecrets } from 'passfob/owner/pairing';
import type { OwnerTools } from 'passfob/owner/tools';
import { DIGITS, PERIOD_SECONDS } from '../limits.ts';
import type { PasscodeKind } from './passcodes.ts';
import { type ApprovalRequest, pushSuite, questionOf } from './push.ts';

/** A session with a fob, for its owner. Every act opens a session of its own: the fob may have lost its power since. */
export interface OwnedFob {
  readonly client: Client;
  readonly pairingKey: Uint8Array;
}

/** The name of the service on the fob's screen. */
const SERVICE_NAME = 'Try page';

/** A fob that shows its pairing code, and for how long. */
export interface ShownCode {
  readonly serial: string;
  readonly seconds: number;
}

/**
 * Has a blank fob show its pairing code.
 * @throws FobError `already-owned`, `refused`, those of the link
 */
export async function showPairingCode(client: Client, signal?: AbortSignal): Promise<ShownCode> {
  const { serial } = await client.hello(undefined, signal);
  return { serial, seconds: await client.startPairing(signal) };
}

/**
 * Makes the service the fob's owner, by the code from its screen, and sets its clock.
 * @param given the code as `readPairingCode` returns it, and the secrets to share
 * @throws FobError `wrong-code`, `refused`, those of the link
 */
export async function takeOwnership(
  tools: OwnerTools,
  client: Client,
  { code, secrets }: { readonly code: string; readonly secrets: FobSecrets },
): Promise<void> {
  await client.openSession(pairingCode(code), tools.signal);
  await giveSecrets(tools, client, secrets);
  await client.openSession(pairingKey(secrets.pairingKey), tools.signal);
}

async function openSession({ signal }: OwnerTools, { client, pairingKey: key }: OwnedFob): Promise<void> {
  await client.hello(undefined, signal);
  await client.openSession(pairingKey(key), signal);
}

/** An account to write: its name on the fob, and its secret. */
interface NewAccount {
  readonly label: string;
  readonly secret: Uint8Array;
}

/**
 * Writes an account for passcodes, and has the fob prove it.
 * @throws FobError `refused` (full, locked …), `verification-failed`, those of the link
 */
export function writePasscodeAccount(
  tools: OwnerTools,
  fob: OwnedFob,
  kind: PasscodeKind,
  account: NewAccount,
): Promise<void> {
  const isTimed = kind === 'totp';
  return write(tools, fob, {
    ...account,
    kind: isTimed ? KIND_TOTP : KIND_HOTP,
    algorithm: SHA1,
    digits: DIGITS,
    period: isTimed ? PERIOD_SECONDS : 0,
  });
}

/**
 * Writes the account that answers push requests, and has the fob prove it.
 * @returns its id on the fob
 * @throws FobError as `writePasscodeAccount`
 */
export async function writePushAccount(
  tools: OwnerTools,
  fob: OwnedFob,
  account: NewAccount,
): Promise<Uint8Array> {
  const suite = pushSuite();
  const id = randomId(tools.random);
  const { algorithm, digits } = suite;
  await write(tools, fob, {
    ...account,
    kind: KIND_OCRA,
    algorithm: algorithm as Algorithm,
    digits,
    period: 0,
    suite,
    id,
  });
  return id;
}

interface AccountToWrite extends NewAccount {
  readonly kind: Kind;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly period: number;
  readonly suite?: ReturnType<typeof pushSuite>;
  readonly id?: Uint8Array;
}

async function write(tools: OwnerTools, fob: OwnedFob, { id, ...given }: AccountToWrite): Promise<void> {
  const enrolment = {
    ...given,
    alphabet: 'decimal',
    counter: 0,
    issuer: SERVICE_NAME,
    warnings: [],
  } as const;
  const account = accountOf(enrolment, id ?? randomId(tools.random));
  await openSession(tools, fob);
  const proved = await putAccount(tools, fob.client, account, enrolment);
  if (!(proved ?? (await isProved(tools, fob.client, account)))) throw new FobError('verification-failed');
}

/** The parts of a request that concern the fob, and who is told when the fob shows it. */
export interface ApprovalToAsk {
  readonly account: Uint8Array;
  readonly request: ApprovalRequest;
  readonly onShown: () => void;
}

/**
 * Has the fob show a request, and returns its answer once the person holds the button.
 * @throws FobError `refused` (press-denied, press-reported, press-timeout …), those of the link
 */
export async function askApproval(
  tools: OwnerTools,
  fob: OwnedFob,
  { account, request, onShown }: ApprovalToAsk,
): Promise<string> {
  const text = new TextEncoder();
  const { signal } = tools;
  await openSession(tools, fob);
  const { code } = await fob.client.call(
    'respond',
    {
      id: account,
      question: questionOf(request),
      number: request.number,
      service: text.encode(SERVICE_NAME),
      user: text.encode(request.user),
    },
    { signal, onPressNeeded: onShown },
  );
  return String.fromCharCode(...code);
}

/**
 * Sets the fob's clock. The fob asks its person first where the step could make passcodes of another time valid.
 * @throws FobError `refused` (press-denied, press-timeout …), those of the link
 */
export async function setFobClock(
  tools: OwnerTools,
  fob: OwnedFob,
  onPressNeeded: () => void,
): Promise<void> {
  await openSession(tools, fob);
  await setTime(tools, fob.client, onPressNeeded);
}
