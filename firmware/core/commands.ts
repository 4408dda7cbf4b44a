import { accountProof, KIND_HOTP, KIND_OCRA, KIND_TOTP, storedKey } from '@passfob/protocol/account';
import type { Handlers, Request, Response } from '@passfob/protocol/commands';
import * as limits from '@passfob/protocol/limits';
import { questionBytes } from '@passfob/protocol/ocra';
import { secondsLeft, timeStep } from '@passfob/protocol/otp';
import type { Algorithm } from '@passfob/protocol/primitives';
import * as refused from '@passfob/protocol/refusals';
import { type Account, type AccountContent, accountOf } from './account.ts';
import { ASK_PIN, ASK_PLAIN, ASK_REPORT, NO_NUMBER } from './approval.ts';
import { SYSTEM_IDS } from './base/limits.ts';
import { asksPin, PIN_TO_APPROVE } from './base/state.ts';
import * as texts from './base/texts.ts';
import { bytesOf, idBytes, idOf } from './convert.ts';
import { OwnerCommands } from './owner-commands.ts';
import type { Parts } from './parts.ts';
import type { Person } from './person.ts';
import { printable } from './screens/text.ts';

/** The fields of an enrolment. */
interface Enrolment extends AccountContent {
  id: Uint8Array;
  secret: Uint8Array;
}

/** Handlers of the commands about accounts, on top of the others. */
export class Commands extends OwnerCommands implements Handlers {
  constructor(parts: Parts, person: Person) {
    super(parts, person);
  }

  /** Returns the account of a request, or a refusal. */
  private account(id: Uint8Array): Account | number {
    const place = this.placeOf(id);
    if (place < 0) return -place;
    return this.accounts.read(place) || this.accounts.trouble;
  }

  /** Returns the place of an account in the owner's session, or a negated refusal. */
  private placeOf(id: Uint8Array): number {
    const place = this.accounts.placeOf(idOf(id));
    const refusal = this.shut || (place < 0 ? refused.REFUSED_NO_SUCH_ACCOUNT : 0);
    return refusal ? -refusal : place;
  }

  info(): Response<'info'> | number {
    const records = this.vault.records;
    if (this.shut || !records) return this.shut;
    return {
      accounts: this.accounts.count,
      freeRecords: Math.max(0, Math.min(records.free, limits.ACCOUNTS_MAX - this.accounts.count)),
      clock: Math.min(this.timekeeper.state, 1),
      recordBytes: records.capacity,
    };
  }

  list(request: Request<'list'>): Response<'list'> | number {
    if (this.shut) return this.shut;
    if (request.index >= this.accounts.count) return refused.REFUSED_NO_SUCH_ACCOUNT;
    const id = this.accounts.idAt(request.index);
    const account = this.accounts.read(request.index);
    if (!account && this.accounts.trouble !== refused.REFUSED_DAMAGED) return this.accounts.trouble;
    const shown = account || accountOf(id, new Uint8Array(16));
    return {
      id: idBytes(id),
      health: account ? 0 : 1,
      kind: shown.kind,
      algorithm: shown.algorithm,
      digits: shown.digits,
      period: shown.period,
      counter: shown.counter,
      issuer: shown.issuer,
      label: shown.label,
    };
  }

  put(request: Request<'put'>): Response<'put'> | number {
    const totp = request.kind === KIND_TOTP;
    const length = request.digits & 15;
    const alphabet = request.digits >> 4;
    const fits =
      (totp || request.kind === KIND_HOTP) &&
      alphabet < 4 &&
      length >= (alphabet ? limits.CHARACTERS_MIN : limits.DIGITS_MIN) &&
      length <= limits.DIGITS_MAX &&
      (totp
        ? request.period >= limits.PERIOD_SECONDS_MIN && request.period <= limits.PERIOD_SECONDS_MAX
        : request.period === 0);
    return this.store(request as unknown as Enrolment, fits);
  }

  enrol(request: Request<'enrol'>): Response<'enrol'> | number {
    const stored = this.put(request);
    return typeof stored === 'number' ? stored : this.prove(request);
  }

  putOcra(request: Request<'putOcra'>): Response<'putOcra'> | number {
    const unit = request.inputs >> 3;
    const fits =
      request.digits >= limits.OCRA_DIGITS_MIN &&
      request.digits <= limits.OCRA_DIGITS_MAX &&
      request.question < 3 &&
      request.length >= limits.QUESTION_CHARS_MIN &&
      request.length <= limits.QUESTION_CHARS_MAX &&
      unit < 4 &&
      (unit ? request.step > 0 && request.step < (unit > 2 ? 49 : 60) : request.step === 0);
    const enrolment = request as unknown as Enrolment;
    enrolment.kind = KIND_OCRA;
    enrolment.period = 0;
    return this.store(enrolment, fits);
  }

  private store(request: Enrolment, fits: boolean): Response<'put'> | number {
    if (this.shut) return this.shut;
    const id = idOf(request.id);
    if (
      !fits ||
      (id >= 0 && id < SYSTEM_IDS) ||
      request.secret.length < limits.SECRET_BYTES_MIN ||
      request.counter > limits.COUNTER_LAST
    ) {
      return refused.REFUSED_OUT_OF_RANGE;
    }
    // The hash for the PIN in an OCRA suite, besides that of the passcode.
    const hashed = ((request.inputs || 0) & 6) >> 1;
    if (!this.computes(request.algorithm) || (hashed && !this.computes(hashed)))
      return refused.REFUSED_UNSUPPORTED;
    const key = storedKey(this.ports.primitives, request.algorithm as Algorithm, request.secret);
    const stored = this.accounts.put(id, request, key);
    if (stored === 0) this.person.say(texts.STORED);
    return stored || {};
  }

  private computes(algorithm: number): boolean {
    return algorithm > 0 && algorithm < 4 && ((this.ports.facts.algorithms >> algorithm) & 1) > 0;
  }

  prove(request: Request<'prove'>): Response<'prove'> | number {
    const account = this.account(request.id);
    if (typeof account === 'number') return account;
    const mac = accountProof(this.ports.primitives, account.key, request.id, account, request.nonce);
    return { mac };
  }

  remove(request: Request<'remove'>): Response<'remove'> | number {
    const place = this.placeOf(request.id);
    if (place < 0) return -place;
    return this.changed(this.accounts.remove(place));
  }

  rename(request: Request<'rename'>): Response<'rename'> | number {
    const place = this.placeOf(request.id);
    if (place < 0) return -place;
    const renamed = this.accounts.rename(place, request.issuer, request.label);
    this.person.home();
    return renamed || {};
  }

  move(request: Request<'move'>): Response<'move'> | number {
    const place = this.placeOf(request.id);
    if (place < 0) return -place;
    if (request.place >= this.accounts.count) return refused.REFUSED_OUT_OF_RANGE;
    return this.changed(this.accounts.move(place, request.place));
  }

  code(request: Request<'code'>): Response<'code'> | number {
    const account = this.account(request.id);
    if (typeof account === 'number') return account;
    const totp = account.kind === KIND_TOTP;
    if (account.kind === KIND_OCRA) return refused.REFUSED_UNSUPPORTED;
    const missing = this.missing(account, totp, !totp);
    if (missing) return missing;
    const primitives = this.ports.primitives;
    const name = `${printable(primitives, account.issuer)} ${printable(primitives, account.label)}`;
    const wait = this.person.ask(idOf(request.id), texts.ASK_CODE, name, ASK_PLAIN, NO_NUMBER);
    if (wait) return wait;
    const utc = this.now.utc;
    const counter = totp ? timeStep(utc, account.period) : account.counter;
    const code = totp ? this.accounts.totp(account, utc) : this.accounts.nextHotp(account);
    if (code === undefined) return refused.REFUSED_STORAGE_FAILED;
    return { code: bytesOf(code), counter, secondsLeft: totp ? secondsLeft(utc, account.period) : 0 };
  }

  /**
   * Returns the reason why no passcode is possible now, or 0: approvals require a PIN that the person has not chosen
   * yet, no time, a used-up counter, or a rolled-back storage of which the person was not told yet.
   */
  private missing(account: Account, time: boolean, counter: boolean): number {
    if (asksPin(this.vault.policy, PIN_TO_APPROVE) && !this.vault.hasPin) return refused.REFUSED_LOCKED;
    if (time && this.timekeeper.unset) return refused.REFUSED_CLOCK_UNSET;
    if (!counter) return 0;
    if (account.counter > limits.COUNTER_LAST) return refused.REFUSED_COUNTER_ENDED;
    return this.vault.wentBack ? refused.REFUSED_WENT_BACK : 0;
  }

  respond(request: Request<'respond'>): Response<'respond'> | number {
    const account = this.account(request.id);
    if (typeof account === 'number') return account;
    if (account.kind !== KIND_OCRA) return refused.REFUSED_UNSUPPORTED;
    const question = request.question;
    // Twice the length, because mutual challenge-response has both challenges one after the other (RFC 6287 §7.2).
    const fits = question.length > 0 && question.length <= account.length * 2;
    if (!fits || !questionBytes(account.question, question)) return refused.REFUSED_OUT_OF_RANGE;
    const inputs = account.inputs;
    const missing = this.missing(account, inputs > 7, (inputs & 1) > 0);
    if (missing) return missing;
    const primitives = this.ports.primitives;
    const wait = this.person.ask(
      // Another question for the same account is another request.
      `${account.id}/${primitives.text(question)}`,
      printable(primitives, request.service),
      printable(primitives, request.user),
      ASK_REPORT | (inputs & 6 ? ASK_PIN : 0),
      request.number,
    );
    if (wait) return wait;
    const counter = account.counter;
    const pin = this.person.enteredPin;
    const code = this.accounts.respond(account, question, pin, this.now.utc);
    pin.fill(0);
    if (code === undefined) return refused.REFUSED_STORAGE_FAILED;
    return { code: bytesOf(code), counter };
  }
}
