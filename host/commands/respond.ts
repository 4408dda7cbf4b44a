import { QUESTION_CHARS_MAX, QUESTION_CHARS_MIN } from '@passfob/protocol/limits';
import { type OcraSuite, questionBytes } from '@passfob/protocol/ocra';
import { badInput, checkName } from '../enrol/enrolment.ts';
import { readOcraSuite } from '../enrol/ocra.ts';
import { FobError } from '../errors.ts';
import type { Context, FobAtHand } from './context.ts';
import { type AccountOnFob, idBytes, listAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { passcodeText } from './passcode.ts';
import { withPress } from './press.ts';

/** A question for a fob. */
export interface OcraQuestion {
  /** The account, as `selectAccount` takes it. */
  readonly account: string;
  /** The challenge of the service: 4 to 64 ASCII characters, in the suite's format. */
  readonly question: string;
  /** The name of the service that asks, shown on the fob. */
  readonly service: string;
  /** The user concerned, shown on the fob. */
  readonly user: string;
  /** Two digits that the service shows as well, for the person to compare. */
  readonly number?: number | undefined;
}

export interface RespondResult {
  readonly serial: string;
  readonly account: AccountOnFob;
  /** The passcode, with its leading zeros. The person approved on the fob that it is shown here. */
  readonly code: string;
  /** With a counter in the suite: the counter used. */
  readonly counter?: number;
}

/** Means "no number" on the wire. */
const NO_NUMBER = 255;

/**
 * Returns an OCRA passcode for a question, after approval on the fob. A PIN that the suite requires is entered there.
 * @param asked checked by `checkQuestion`
 * @throws FobError `old-firmware`, `bad-input`, `verification-failed`, `refused` (clock-unset, press-denied,
 * press-reported …), as
 *   `openOwnerSession`
 */
export async function respond(context: Context, fob: FobAtHand, asked: OcraQuestion): Promise<RespondResult> {
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const account = selectAccount(await listAccounts(context, fob, pairing), asked.account, 'respond');
  if (account.kind !== 'ocra') {
    throw new FobError('bad-input', {
      sentence: 'This account answers no questions: it is not an OCRA account.',
      next: 'Run: passfob code ACCOUNT',
    });
  }
  if (account.suite !== undefined) checkBySuite(asked.question, readOcraSuite(account.suite));
  const text = new TextEncoder();
  const request = {
    id: idBytes(account),
    question: text.encode(asked.question),
    number: asked.number ?? NO_NUMBER,
    service: text.encode(asked.service),
    user: text.encode(asked.user),
  };
  const number = asked.number === undefined ? undefined : String(asked.number).padStart(2, '0');
  const press = withPress(context, serial, 'respond', number);
  const { code, counter } = await fob.client.call('respond', request, press);
  return {
    serial,
    account,
    code: passcodeText(serial, account, code),
    ...(account.counter !== undefined && { counter }),
  };
}

const FORMATS = ['digits', 'letters, digits and signs', 'hexadecimal digits'];

function checkBySuite(question: string, suite: OcraSuite): void {
  const isFormed = questionBytes(suite.question, new TextEncoder().encode(question)) !== undefined;
  // Twice the length: mutual challenge-response concatenates both challenges (RFC 6287 §7.2).
  if (isFormed && question.length <= suite.length * 2) return;
  throw badInput(
    `The suite of this account takes questions of up to ${suite.length} ${FORMATS[suite.question]}.`,
    'Copy the question again from the service.',
  );
}

/**
 * Validates the parts that do not depend on the suite.
 * @throws FobError `bad-input`
 */
export function checkQuestion(asked: OcraQuestion): OcraQuestion {
  const { question, number } = asked;
  const fits = question.length >= QUESTION_CHARS_MIN && question.length <= QUESTION_CHARS_MAX;
  if (!fits || !/^[!-~]+$/.test(question)) {
    throw badInput(
      `A question has ${QUESTION_CHARS_MIN} to ${QUESTION_CHARS_MAX} letters, digits or signs of plain ASCII.`,
      'Copy it again from the service, without spaces.',
    );
  }
  if (number !== undefined && !(Number.isInteger(number) && number >= 0 && number <= 99)) {
    throw badInput(
      'The number to compare does not have two digits.',
      'Give the number that the service shows: 0 to 99.',
    );
  }
  checkName('service', asked.service);
  checkName('user', asked.user);
  return asked;
}
