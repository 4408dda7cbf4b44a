import { KIND_HOTP } from '@passfob/protocol/account';
import type { AlgorithmName } from '@passfob/service/base/kinds';
import type { TokenView } from '@passfob/service/subjects/tokens/views';
import { pause } from 'passfob/client/pause';
import { type ClockResult, setClock } from 'passfob/commands/clock';
import type { FobAtHand } from 'passfob/commands/context';
import { readEnrolment } from 'passfob/commands/enrol-source';
import { type EnrollResult, enroll } from 'passfob/commands/enroll';
import { withFob } from 'passfob/commands/find';
import type { AccountOnFob } from 'passfob/commands/list';
import { openOwnerSession } from 'passfob/commands/owner-session';
import { type PairResult, pair } from 'passfob/commands/pair';
import { FobError, isFobError } from 'passfob/errors';
import { accountIdText, accountsOf, type KeptAccount } from 'passfob/inventory/accounts';
import { PORT_RETRY_MS, PORT_TRIES_MAX } from './limits.ts';
import { readPairingCode } from './person.ts';
import type { Stage } from './stage.ts';
import { texts } from './texts.ts';

/** The user who logs in. */
export const USER = 'alice';

/** An account of the demo. */
export interface DemoAccount {
  readonly kind: 'totp' | 'hotp';
  readonly issuer: string;
  /** Makes the token's serial number at the service from the fob's. */
  readonly tokenSerial: (fobSerial: string) => string;
}

/** The transcript's first account. */
export const TIMED: DemoAccount = { kind: 'totp', issuer: 'Passfob demo', tokenSerial: serial => serial };
export const COUNTED: DemoAccount = {
  kind: 'hotp',
  issuer: 'VPN demo',
  tokenSerial: serial => `${serial}/2`,
};

/**
 * Opens the fob, runs one command and releases the port, as the command line does. Over TCP the simulator may refuse
 * a command while it has not noticed the end of the previous connection; it has sent nothing then, and the command is
 * tried again.
 */
export async function onFob<T>({ fob, stop }: Stage, work: (fob: FobAtHand) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await withFob({ port: fob.address }, work, stop);
    } catch (error) {
      if (!isFobError(error, 'port-busy') || tries === PORT_TRIES_MAX) throw error;
    }
    await pause(PORT_RETRY_MS, stop);
  }
}

/**
 * Pairs the fob by the code on its display.
 * @param onCode is called with the code as displayed
 * @throws FobError as `pair`
 */
export function pairFob(stage: Stage, onCode: (code: string) => void = () => {}): Promise<PairResult> {
  const askCode = async () => {
    const code = await readPairingCode(stage.fob.control);
    onCode(code);
    return code;
  };
  return onFob(stage, fob => pair(stage.context, fob, { askCode }));
}

/** Sets the fob's clock from this computer's and compares them. @throws FobError as `setClock` */
export function setFobClock(stage: Stage): Promise<ClockResult> {
  return onFob(stage, fob => setClock(stage.context, fob));
}

/** Writes an account with a fresh seed to the fob, which proves it. @throws FobError as `enroll` */
export async function enrolAccount(stage: Stage, { kind, issuer }: DemoAccount): Promise<EnrollResult> {
  const { context } = stage;
  const source = {
    from: 'generate',
    alphabet: 'decimal',
    kind,
    algorithm: 'sha1',
    digits: 6,
    period: 30,
    issuer,
    label: USER,
  } as const;
  const tools = { standardInput: async () => '', random: context.random };
  const enrolment = await readEnrolment(source, tools);
  return onFob(stage, fob => enroll(context, fob, enrolment));
}

/** Indexed by the number on the wire. */
const ALGORITHMS: readonly (AlgorithmName | undefined)[] = [undefined, 'sha1', 'sha256', 'sha512'];

/**
 * Imports an account's seed from the inventory into the service, within this process and never over a wire.
 * @throws FobError `bad-input` if the service does not accept it
 */
export async function handOver(stage: Stage, account: DemoAccount, listed: AccountOnFob): Promise<TokenView> {
  const { serial, kept } = await onFob(stage, async fob => {
    const pairing = await openOwnerSession(stage.context, fob);
    const all = await accountsOf(stage.context.inventory, pairing.id);
    return {
      serial: fob.hello.serial,
      kept: all.find(({ settings }) => accountIdText(settings.id) === listed.id),
    };
  });
  if (kept === undefined) throw new FobError('verification-failed', texts.errors.accountUnknown);
  const result = await stage.service.addToken(tokenOf(account.tokenSerial(serial), kept, listed.counter));
  if (!result.ok) throw new FobError('bad-input', { sentence: result.refusal.text });
  return result.value;
}

function tokenOf(serial: string, { settings, key }: KeptAccount, counter = 0) {
  const { algorithm, digits, period } = settings;
  const name = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  return {
    user: USER,
    serial,
    secret: key,
    algorithm: ALGORITHMS[algorithm] ?? 'sha1',
    digits,
    issuer: name(settings.issuer),
    label: name(settings.label),
    ...(settings.kind === KIND_HOTP
      ? ({ kind: 'hotp', counter } as const)
      : ({ kind: 'totp', period } as const)),
  };
}

/** A fob that is enrolled and ready for use. */
export interface ReadyFob {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
}
