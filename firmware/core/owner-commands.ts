import type { Request, Response } from '@passfob/protocol/commands';
import * as limits from '@passfob/protocol/limits';
import * as refused from '@passfob/protocol/refusals';
import { showMaintenance } from './actions.ts';
import { ASK_PLAIN, ASK_UNLOCKED, NO_NUMBER } from './approval.ts';
import { ASK_CLOCK_SECONDS, DATA_KEY_BYTES } from './base/limits.ts';
import * as texts from './base/texts.ts';
import { ClearCommands, KEY_PAIRING_CODE, KEY_PAIRING_KEY } from './clear-commands.ts';
import { utcText } from './date.ts';
import type { Parts } from './parts.ts';
import type { Person } from './person.ts';
import { TRIM_OFFSET } from './timekeeper.ts';
import { hasRecovery, recover } from './vault/headers.ts';
import { VAULT_BLANK, VAULT_OWNED } from './vault/vault.ts';

/** Subjects of questions that concern no account: ids that no account can have. */
const ASK_ERASE = 2;
const ASK_RESET = 3;
const ASK_MAINTAIN = 4;

/** Handlers of the owner's commands about the fob as a whole: ownership, PIN, clock, erasure, maintenance. */
export class OwnerCommands extends ClearCommands {
  /** The time in the question on the screen that would set the clock. */
  private askedTime: number;

  constructor(parts: Parts, person: Person) {
    super(parts, person);
    this.askedTime = 0;
  }

  /** 0 in the owner's session; a refusal in a session opened with a pairing code, or if the fob was wiped since. */
  protected get strange(): number {
    const isOwner = this.sessionKey === KEY_PAIRING_KEY && this.vault.state === VAULT_OWNED;
    return isOwner ? 0 : refused.REFUSED_NOT_PAIRED;
  }

  /** The same check, which also requires open records. */
  protected get shut(): number {
    return this.strange || (this.vault.records ? 0 : refused.REFUSED_LOCKED);
  }

  /** Returns the answer to a change that may affect the screen. */
  protected changed(stored: boolean): Response<'remove'> | number {
    this.person.home();
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
    this.person.say(texts.PAIRED);
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
    const wait = this.person.ask(ASK_RESET, texts.ASK_RESET, '', ASK_UNLOCKED, NO_NUMBER);
    if (wait) return wait;
    if (!this.vault.release(dataKey)) {
      this.lock.close();
      return refused.REFUSED_STORAGE_FAILED;
    }
    this.lock.settle();
    this.timekeeper.load();
    this.person.home();
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
      const wait = this.person.ask(time, texts.ASK_CLOCK, utcText(time), ASK_PLAIN, NO_NUMBER);
      if (wait) return wait;
    }
    return this.timekeeper.set(request.utc) ? {} : refused.REFUSED_CLOCK_FAILED;
  }

  erase(): Response<'erase'> | number {
    if (this.strange) return this.strange;
    const wait = this.person.ask(ASK_ERASE, texts.ASK_ERASE, '', ASK_PLAIN, NO_NUMBER);
    if (wait) return wait;
    if (!this.vault.erase()) return refused.REFUSED_STORAGE_FAILED;
    this.endSessions();
    this.reload();
    this.person.say(texts.ERASED);
    return {};
  }

  cancel(): Response<'cancel'> | number {
    if (this.strange) return this.strange;
    this.person.dropRequest();
    return {};
  }

  maintain(): Response<'maintain'> | number {
    if (this.strange) return this.strange;
    const wait = this.person.ask(ASK_MAINTAIN, texts.ASK_MAINTAIN, '', ASK_PLAIN, NO_NUMBER);
    if (wait) return wait;
    // The console can read all of memory.
    this.lock.close();
    showMaintenance(this.person);
    // The port becomes a console while the answer is on its way, so the board opens it a moment later.
    this.ports.maintenance.begin();
    return {};
  }
}
