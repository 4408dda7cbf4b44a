import { accountProof, KIND_HOTP, KIND_TOTP, storedKey } from '../../protocol/account.ts';
import type { Handlers, Request, Response } from '../../protocol/commands.ts';
import * as limits from '../../protocol/limits.ts';
import { secondsLeft, timeStep } from '../../protocol/otp.ts';
import type { Algorithm } from '../../protocol/primitives.ts';
import * as refused from '../../protocol/refusals.ts';
import { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { ClearCommands, KEY_PAIRING_CODE, KEY_PAIRING_KEY } from './clear-commands.ts';
import { bytesOf, idBytes, idOf } from './convert.ts';
import { DATA_KEY_BYTES, SYSTEM_IDS } from './limits.ts';
import type { Person } from './person.ts';
import type { Pool } from './pool.ts';
import type { Now, Ports } from './ports.ts';
import { printable } from './screens/text.ts';
import * as texts from './texts.ts';
import { CLOCK_UNSET, type Timekeeper } from './timekeeper.ts';
import { VAULT_BLANK, type Vault } from './vault/vault.ts';

/** What the fob does for each command of the wire. */
export class Commands extends ClearCommands implements Handlers {
  constructor(
    ports: Ports,
    vault: Vault,
    accounts: Accounts,
    time: Timekeeper,
    pool: Pool,
    person: Person,
    now: Now,
  ) {
    super(ports, vault, accounts, time, pool, person, now);
  }

  /** 0 in the owner's session, a refusal in one that a pairing code opened. */
  private get strange(): number {
    return this.sessionKey === KEY_PAIRING_KEY ? 0 : refused.REFUSED_NOT_PAIRED;
  }

  /** The account of a request, or a refusal. */
  private account(id: Uint8Array): Account | number {
    if (this.strange) return this.strange;
    const place = this.accounts.placeOf(idOf(id));
    if (place < 0) return refused.REFUSED_NO_SUCH_ACCOUNT;
    return this.accounts.read(place) || refused.REFUSED_DAMAGED;
  }

  adopt(request: Request<'adopt'>): Response<'adopt'> | number {
    // The code's session lives on after it has served, and so may a handshake by someone else who saw the code.
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
    this.endPairing();
    this.person.say(texts.PAIRED);
    return {};
  }

  /** The vault has another owner or none. */
  private reload(): void {
    this.accounts.arrange();
    this.timekeeper.load();
  }

  info(): Response<'info'> | number {
    const records = this.vault.records;
    if (this.strange || !records) return refused.REFUSED_NOT_PAIRED;
    return {
      accounts: this.accounts.count,
      freeRecords: Math.max(0, Math.min(records.free, limits.ACCOUNTS_MAX - this.accounts.count)),
      clock: this.timekeeper.state,
      recordBytes: records.capacity,
    };
  }

  list(request: Request<'list'>): Response<'list'> | number {
    if (this.strange) return this.strange;
    if (request.index >= this.accounts.count) return refused.REFUSED_NO_SUCH_ACCOUNT;
    const id = this.accounts.idAt(request.index);
    const account = this.accounts.read(request.index);
    const shown = account || new Account(id, new Uint8Array(1));
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
    if (this.strange) return this.strange;
    const refusal = this.unfit(request);
    if (refusal) return refusal;
    const key = storedKey(this.ports.primitives, request.algorithm as Algorithm, request.secret);
    const stored = this.accounts.put(idOf(request.id), request, key);
    if (stored === 0) this.person.say(texts.STORED);
    return stored || {};
  }

  private unfit(request: Request<'put'>): number {
    const totp = request.kind === KIND_TOTP;
    const id = idOf(request.id);
    const fits =
      (totp || request.kind === KIND_HOTP) &&
      (id < 0 || id >= SYSTEM_IDS) &&
      request.digits >= limits.DIGITS_MIN &&
      request.digits <= limits.DIGITS_MAX &&
      (totp
        ? request.period >= limits.PERIOD_SECONDS_MIN && request.period <= limits.PERIOD_SECONDS_MAX
        : request.period === 0) &&
      request.secret.length >= limits.SECRET_BYTES_MIN;
    if (!fits) return refused.REFUSED_OUT_OF_RANGE;
    const known = request.algorithm >= 1 && request.algorithm <= 3;
    const computes = (this.ports.facts.algorithms >> request.algorithm) & 1;
    return known && computes ? 0 : refused.REFUSED_UNSUPPORTED;
  }

  prove(request: Request<'prove'>): Response<'prove'> | number {
    const account = this.account(request.id);
    if (typeof account === 'number') return account;
    const mac = accountProof(this.ports.primitives, account.key, request.id, account, request.nonce);
    return { mac };
  }

  remove(request: Request<'remove'>): Response<'remove'> | number {
    if (this.strange) return this.strange;
    const place = this.accounts.placeOf(idOf(request.id));
    if (place < 0) return refused.REFUSED_NO_SUCH_ACCOUNT;
    const removed = this.accounts.remove(place);
    this.person.home();
    return removed ? {} : refused.REFUSED_STORAGE_FAILED;
  }

  code(request: Request<'code'>): Response<'code'> | number {
    const account = this.account(request.id);
    if (typeof account === 'number') return account;
    const totp = account.kind === KIND_TOTP;
    if (totp && this.timekeeper.state === CLOCK_UNSET) return refused.REFUSED_CLOCK_UNSET;
    const name = `${printable(account.issuer)} ${printable(account.label)}`;
    const wait = this.person.ask(idOf(request.id), texts.ASK_CODE, name, 0, 255);
    if (wait) return wait;
    const utc = this.now.utc;
    const code = totp ? this.accounts.totp(account, utc) : this.accounts.nextHotp(account);
    if (code === undefined) return refused.REFUSED_STORAGE_FAILED;
    return {
      code: bytesOf(code),
      counter: totp ? timeStep(utc, account.period) : account.counter,
      secondsLeft: totp ? secondsLeft(utc, account.period) : 0,
    };
  }

  clock(): Response<'clock'> | number {
    if (this.strange) return this.strange;
    return { state: this.timekeeper.state, utc: Math.max(0, this.now.utc), age: this.timekeeper.age };
  }

  setClock(request: Request<'setClock'>): Response<'setClock'> | number {
    if (this.strange) return this.strange;
    if (request.utc === 0) return refused.REFUSED_OUT_OF_RANGE;
    if (this.timekeeper.suspicious(request.utc)) {
      const wait = this.person.ask(ASK_CLOCK, texts.ASK_CLOCK, '', 0, 255);
      if (wait) return wait;
    }
    return this.timekeeper.set(request.utc) ? {} : refused.REFUSED_CLOCK_FAILED;
  }

  escrow(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  status(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  setPolicy(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  requirePin(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  resetPin(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  rename(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  move(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  putOcra(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  respond(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  time(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  maintain(): number {
    return refused.REFUSED_UNSUPPORTED;
  }

  erase(): Response<'erase'> | number {
    if (this.strange) return this.strange;
    const wait = this.person.ask(ASK_ERASE, texts.ASK_ERASE, '', 0, 255);
    if (wait) return wait;
    if (!this.vault.erase()) return refused.REFUSED_STORAGE_FAILED;
    this.session = undefined;
    this.reload();
    this.person.say(texts.ERASED);
    return {};
  }
}

/** Numbers of the questions that concern no account: ids that no account can have. */
const ASK_CLOCK = 1;
const ASK_ERASE = 2;
