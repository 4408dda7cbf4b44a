import { accountProof, KIND_HOTP, KIND_OCRA, KIND_TOTP, storedKey } from '@passfob/protocol/account';
import type { Handlers, Request, Response } from '@passfob/protocol/commands';
import { equal } from '@passfob/protocol/hmac';
import * as limits from '@passfob/protocol/limits';
import { questionBytes } from '@passfob/protocol/ocra';
import { secondsLeft, timeStep } from '@passfob/protocol/otp';
import { pairingCodeKey, pairingCodeOf } from '@passfob/protocol/pairing';
import type { Algorithm } from '@passfob/protocol/primitives';
import * as refused from '@passfob/protocol/refusals';
import { FOB_ID, Handshake, handshakeContext, type Session } from '@passfob/protocol/session';
import { type Account, type AccountContent, accountOf } from './account.ts';
import type { Accounts } from './accounts.ts';
import { dropRequest, home } from './acts.ts';
import { ASK_PIN, ASK_PLAIN, ASK_REPORT, ASK_UNLOCKED, NO_NUMBER } from './approval.ts';
import { ASK_CLOCK_SECONDS, DATA_KEY_BYTES, SYSTEM_IDS } from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import { asksPin, PIN_TO_APPROVE } from './base/state.ts';
import * as texts from './base/texts.ts';
import { bytesOf, idBytes, idOf } from './convert.ts';
import { utcText } from './date.ts';
import { ask } from './input.ts';
import type { Lock } from './lock.ts';
import type { FobParts } from './parts.ts';
import type { Person } from './person.ts';
import type { Pool } from './pool.ts';
import { printable } from './screens/text.ts';
import { say, showForGood, showPairing } from './shows.ts';
import { type Timekeeper, TRIM_OFFSET } from './timekeeper.ts';
import { hasRecovery, recover } from './vault/headers.ts';
import {
  VAULT_BLANK,
  VAULT_DAMAGED,
  VAULT_KEYS_LOST,
  VAULT_OWNED,
  VAULT_SILENT,
  type Vault,
} from './vault/vault.ts';

const KEY_PAIRING_KEY = 0;
const KEY_PAIRING_CODE = 1;

/** Subjects of questions that concern no account: ids that no account can have. */
const ASK_ERASE = 2;
const ASK_RESET = 3;
const ASK_MAINTAIN = 4;

/** The fields of an enrolment. */
interface Enrolment extends AccountContent {
  id: Uint8Array;
  secret: Uint8Array;
}

/** Handlers of all commands: of a fob and its pairing, of the fob as a whole, of its accounts. */
export class Commands implements Handlers {
  private readonly ports: Ports;
  private readonly vault: Vault;
  private readonly lock: Lock;
  private readonly accounts: Accounts;
  private readonly timekeeper: Timekeeper;
  private readonly pool: Pool;
  private readonly person: Person;
  private readonly now: Now;

  /** The only session. A new one replaces it after its owner's proof. */
  session: Session | undefined;
  private sessionKey: number;
  private handshake: Handshake | undefined;
  /** The handshake of the present session. */
  private established: Handshake | undefined;
  private handshakeKey: number;
  private pairingCode: string;
  private pairingUntil: number;
  /** The time in the question on the screen that would set the clock. */
  private askedTime: number;

  constructor(parts: FobParts, person: Person) {
    this.ports = parts.ports;
    this.vault = parts.vault;
    this.lock = parts.lock;
    this.accounts = parts.accounts;
    this.timekeeper = parts.timekeeper;
    this.pool = parts.pool;
    this.person = person;
    this.now = parts.now;
    this.sessionKey = KEY_PAIRING_KEY;
    this.handshakeKey = KEY_PAIRING_KEY;
    this.pairingCode = '';
    this.pairingUntil = 0;
    this.askedTime = 0;
  }

  /**
   * Ends every session and half-finished handshake, after the code was used or expired, or the owner is gone. Nobody
   * else who saw them can use them.
   */
  private endSessions(): void {
    this.pairingCode = '';
    this.session = undefined;
    this.handshake = undefined;
  }

  hello(): Response<'hello'> {
    const facts = this.ports.facts;
    return {
      version: limits.PROTOCOL_VERSION,
      state: Math.min(this.vault.state, VAULT_DAMAGED),
      algorithms: facts.algorithms,
      serial: facts.serial,
      board: bytesOf(facts.board),
      firmware: bytesOf(facts.firmware),
    };
  }

  pair(): Response<'pair'> | number {
    if (this.vault.state === VAULT_OWNED) return refused.REFUSED_ALREADY_OWNED;
    if (this.vault.state === VAULT_KEYS_LOST) return refused.REFUSED_KEYS_LOST;
    if (this.vault.state !== VAULT_BLANK) return refused.REFUSED_STORAGE_FAILED;
    if (!this.pool.ready) return refused.REFUSED_NEEDS_ENTROPY;
    if (!this.codeShown) {
      this.endSessions();
      // Makes the numbers of this boot unique before the first is drawn.
      const counter = this.vault.ring.next();
      if (counter < 0) return refused.REFUSED_STORAGE_FAILED;
      this.pool.stir(idBytes(counter));
      this.pairingCode = pairingCodeOf(this.pool.draw(limits.PAIRING_ENTROPY_BYTES));
      this.pairingUntil = this.now.ms + limits.PAIRING_CODE_SECONDS * 1000;
    }
    const seconds = Math.ceil((this.pairingUntil - this.now.ms) / 1000);
    // On a repeated request too, because a press may have closed it.
    showPairing(this.person, this.pairingCode, seconds);
    return { seconds };
  }

  private get codeShown(): boolean {
    return this.pairingCode !== '' && this.now.ms < this.pairingUntil;
  }

  open(request: Request<'open'>): Response<'open'> | number {
    let key = this.vault.pairingKey;
    if (request.key === KEY_PAIRING_CODE) {
      if (this.vault.state !== VAULT_BLANK) return refused.REFUSED_ALREADY_OWNED;
      if (!this.codeShown) return refused.REFUSED_NO_CODE_SHOWN;
      key = pairingCodeKey(this.pairingCode);
    } else if (request.key !== KEY_PAIRING_KEY) return refused.REFUSED_OUT_OF_RANGE;
    if (!key) {
      if (this.vault.state === VAULT_SILENT) return refused.REFUSED_STORAGE_FAILED;
      return this.vault.state === VAULT_KEYS_LOST ? refused.REFUSED_KEYS_LOST : refused.REFUSED_NOT_PAIRED;
    }
    // Stored before the nonce leaves, so that randomness that repeats after a reboot repeats no session.
    const counter = this.vault.ring.next();
    if (counter < 0) return refused.REFUSED_STORAGE_FAILED;
    this.pool.stir(request.nonce);
    this.pool.stir(idBytes(counter));
    const nonce = this.pool.draw(limits.SESSION_NONCE_BYTES);
    const serial = this.ports.facts.serial;
    const context = handshakeContext(request.key, serial, request.nonce, nonce, counter);
    this.handshake = new Handshake(this.ports.primitives, key, context);
    this.handshakeKey = request.key;
    return { nonce, counter, proof: this.handshake.fobProof };
  }

  finish(request: Request<'finish'>): Response<'finish'> | number {
    const handshake = this.handshake;
    // The person or too many wrong PINs may have erased the fob since.
    const isLate = this.handshakeKey === KEY_PAIRING_CODE ? !this.codeShown : !this.vault.pairingKey;
    if (!handshake || isLate) return refused.REFUSED_NO_SESSION;
    if (!equal(request.proof, handshake.ownerProof)) {
      this.handshake = undefined;
      if (this.handshakeKey === KEY_PAIRING_CODE) {
        // One guess per code.
        this.pairingCode = '';
        say(this.person, texts.WRONG_CODE);
      }
      return refused.REFUSED_WRONG_PROOF;
    }
    // The same proof again is a retry after a lost answer; it does not replace a session that has begun.
    if (this.established !== handshake) {
      this.established = handshake;
      this.session = handshake.session(FOB_ID);
      this.sessionKey = this.handshakeKey;
      // An approval for the previous session does not count for this one.
      dropRequest(this.person);
    }
    return {};
  }

  /** 0 in the owner's session; a refusal in a session opened with a pairing code, or if the fob was wiped since. */
  private get strange(): number {
    const isOwner = this.sessionKey === KEY_PAIRING_KEY && this.vault.state === VAULT_OWNED;
    return isOwner ? 0 : refused.REFUSED_NOT_PAIRED;
  }

  /** The same check, which also requires open records. */
  private get shut(): number {
    return this.strange || (this.vault.records ? 0 : refused.REFUSED_LOCKED);
  }

  /** Returns the answer to a change that may affect the screen. */
  private changed(stored: boolean): Response<'remove'> | number {
    home(this.person);
    return stored ? {} : refused.REFUSED_STORAGE_FAILED;
  }

  adopt(request: Request<'adopt'>): Response<'adopt'> | number {
    if (this.sessionKey !== KEY_PAIRING_CODE || this.vault.state !== VAULT_BLANK) {
      return refused.REFUSED_ALREADY_OWNED;
    }
    this.pool.stir(request.entropy);
    this.pool.seed(request.deviceSecret);
    const secrets = new Uint8Array(limits.DEVICE_SECRET_BYTES + limits.PAIRING_KEY_BYTES);
    secrets.set(request.deviceSecret, 0);
    secrets.set(request.pairingKey, limits.DEVICE_SECRET_BYTES);
    if (!this.vault.adopt(secrets, this.pool.draw(DATA_KEY_BYTES))) return refused.REFUSED_STORAGE_FAILED;
    this.reload();
    this.endSessions();
    say(this.person, texts.PAIRED);
    return {};
  }

  take(request: Request<'take'>): Response<'take'> | number {
    const adopted = this.adopt(request);
    if (typeof adopted === 'number') return adopted;
    // The clock of a fob without an owner is unset, so no press is required.
    let done = this.vault.escrow(request.recoveryKey) ? 1 : 0;
    if (request.utc && this.timekeeper.set(request.utc)) done |= 2;
    return { done };
  }

  /** Reloads after the vault's owner has changed. */
  private reload(): void {
    this.accounts.arrange();
    this.timekeeper.load();
  }

  escrow(request: Request<'escrow'>): Response<'escrow'> | number {
    return this.shut || (this.vault.escrow(request.recoveryKey) ? {} : refused.REFUSED_STORAGE_FAILED);
  }

  status(): Response<'status'> | number {
    if (this.strange) return this.strange;
    const policy = this.vault.policy;
    const escrowed = hasRecovery(this.ports, policy.recoveryCrc);
    if (escrowed < 0) return refused.REFUSED_STORAGE_FAILED;
    const battery = this.ports.power.battery();
    return {
      pinDigits: policy.pinDigits,
      attempts: policy.attempts,
      wipe: policy.wipe,
      lockSeconds: policy.lockSeconds,
      asks: policy.asks,
      typing: policy.typing,
      pin: this.lock.wanted ? 2 : this.vault.hasPin ? 1 : 0,
      locked: this.vault.locked ? 1 : 0,
      failures: Math.min(255, this.lock.failures),
      iterations: this.vault.iterations,
      escrowed,
      wentBack: policy.wentBack,
      battery: battery < 0 ? 255 : battery,
    };
  }

  setPolicy(request: Request<'setPolicy'>): Response<'setPolicy'> | number {
    if (this.strange) return this.strange;
    const digits = request.pinDigits;
    const fits =
      (digits === 0 || (digits >= limits.PIN_DIGITS_MIN && digits <= limits.PIN_DIGITS_MAX)) &&
      request.attempts >= limits.ATTEMPTS_MIN &&
      request.attempts <= limits.ATTEMPTS_MAX &&
      // A limit at or below the present failures would wipe the fob at its next boot.
      request.attempts > this.lock.failures &&
      request.wipe < 2 &&
      request.asks < 8 &&
      (request.lockSeconds === 0 || request.lockSeconds >= limits.LOCK_SECONDS_MIN) &&
      request.typing < 4 &&
      request.typing !== 2;
    if (!fits) return refused.REFUSED_OUT_OF_RANGE;
    const policy = this.vault.policy;
    const endsPin = digits === 0 && this.vault.hasPin;
    if (endsPin && this.shut) return this.shut;
    // A PIN that is now too short must be replaced.
    if (digits > policy.pinDigits && this.vault.hasPin) policy.renew = 1;
    policy.pinDigits = digits;
    policy.attempts = request.attempts;
    policy.wipe = request.wipe;
    policy.lockSeconds = request.lockSeconds;
    policy.asks = request.asks;
    policy.typing = request.typing;
    policy.wentBack = 0;
    return this.changed(endsPin ? this.vault.seal(new Uint8Array(0)) : policy.save());
  }

  requirePin(): Response<'requirePin'> | number {
    if (this.strange) return this.strange;
    const policy = this.vault.policy;
    if (policy.pinDigits === 0) return refused.REFUSED_OUT_OF_RANGE;
    policy.renew = 1;
    return this.changed(policy.save());
  }

  resetPin(request: Request<'resetPin'>): Response<'resetPin'> | number {
    if (this.strange) return this.strange;
    const dataKey = recover(this.ports, request.recoveryKey);
    if (!dataKey) {
      const isSilent = hasRecovery(this.ports, 0) < 0;
      return isSilent ? refused.REFUSED_STORAGE_FAILED : refused.REFUSED_WRONG_RECOVERY;
    }
    const wait = ask(this.person, ASK_RESET, texts.ASK_RESET, '', ASK_UNLOCKED, NO_NUMBER);
    if (wait) return wait;
    if (!this.vault.release(dataKey)) {
      this.lock.close();
      return refused.REFUSED_STORAGE_FAILED;
    }
    this.lock.settle();
    this.timekeeper.load();
    home(this.person);
    return {};
  }

  clock(): Response<'clock'> | number {
    return (
      this.strange || {
        // Version 1 has no stale clock.
        state: Math.min(this.timekeeper.state, 1),
        utc: Math.max(0, this.now.utc),
        age: this.timekeeper.age,
      }
    );
  }

  time(): Response<'time'> | number {
    return (
      this.strange || {
        state: this.timekeeper.state,
        utc: Math.max(0, this.now.utc),
        age: this.timekeeper.age,
        error: Math.min(this.timekeeper.error, 65535),
        trim: this.timekeeper.trim + TRIM_OFFSET,
      }
    );
  }

  setClock(request: Request<'setClock'>): Response<'setClock'> | number {
    if (this.strange) return this.strange;
    if (request.utc === 0) return refused.REFUSED_OUT_OF_RANGE;
    if (this.timekeeper.suspicious(request.utc)) {
      // Each poll has its own time. A time that differs from the one on the screen is another question.
      if (this.person.approval.isIdle) this.askedTime = request.utc;
      const isSame = Math.abs(request.utc - this.askedTime) <= ASK_CLOCK_SECONDS;
      const time = isSame ? this.askedTime : request.utc;
      const wait = ask(this.person, time, texts.ASK_CLOCK, utcText(time), ASK_PLAIN, NO_NUMBER);
      if (wait) return wait;
    }
    return this.timekeeper.set(request.utc) ? {} : refused.REFUSED_CLOCK_FAILED;
  }

  erase(): Response<'erase'> | number {
    if (this.strange) return this.strange;
    const wait = ask(this.person, ASK_ERASE, texts.ASK_ERASE, '', ASK_PLAIN, NO_NUMBER);
    if (wait) return wait;
    if (!this.vault.erase()) return refused.REFUSED_STORAGE_FAILED;
    this.endSessions();
    this.reload();
    say(this.person, texts.ERASED);
    return {};
  }

  cancel(): Response<'cancel'> | number {
    if (this.strange) return this.strange;
    dropRequest(this.person);
    return {};
  }

  maintain(): Response<'maintain'> | number {
    if (this.strange) return this.strange;
    const wait = ask(this.person, ASK_MAINTAIN, texts.ASK_MAINTAIN, '', ASK_PLAIN, NO_NUMBER);
    if (wait) return wait;
    // The console can read all of memory.
    this.lock.close();
    showForGood(this.person, texts.MAINTENANCE);
    // The port becomes a console while the answer is on its way, so the board opens it a moment later.
    this.ports.maintenance.begin();
    return {};
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
    if (stored === 0) say(this.person, texts.STORED);
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
    home(this.person);
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
    const wait = ask(this.person, idOf(request.id), texts.ASK_CODE, name, ASK_PLAIN, NO_NUMBER);
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
    const wait = ask(
      this.person,
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
