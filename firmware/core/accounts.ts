import { KIND_HOTP } from '../../protocol/account.ts';
import { equal, Hmac } from '../../protocol/hmac.ts';
import { ACCOUNTS_MAX, COUNTER_MAX } from '../../protocol/limits.ts';
import { hotp, timeStep } from '../../protocol/otp.ts';
import type { Algorithm, Primitives } from '../../protocol/primitives.ts';
import {
  REFUSED_ACCOUNT_EXISTS,
  REFUSED_FULL,
  REFUSED_STORAGE_FAILED,
  REFUSED_TOO_LONG,
} from '../../protocol/refusals.ts';
import { Account, type AccountContent, accountContent } from './account.ts';
import { SYSTEM_IDS } from './limits.ts';
import type { Vault } from './vault/vault.ts';

/** The accounts in the person's order, and the passcodes made from them. */
export class Accounts {
  private readonly primitives: Primitives;
  private readonly vault: Vault;
  /** Slots of the accounts in the person's order. */
  private readonly places: Uint8Array;
  count: number;
  /** The account whose padded key is kept, so that a code refreshed each step costs one MAC. */
  private keyed: number;
  private hmac: Hmac | undefined;

  constructor(primitives: Primitives, vault: Vault) {
    this.primitives = primitives;
    this.vault = vault;
    this.places = new Uint8Array(ACCOUNTS_MAX + 1);
    this.count = 0;
    this.keyed = 0;
    this.arrange();
  }

  /** Finds the accounts anew: after boot and after every change of the records. */
  arrange(): void {
    this.count = 0;
    this.forget();
    const records = this.vault.records;
    if (!records) return;
    for (let slot = 0; slot < records.ids.length; slot++) {
      const id = records.ids[slot] as number;
      if (id >= 0 && id < SYSTEM_IDS) continue;
      let place = this.count;
      while (place > 0 && this.orderAt(place - 1) > (records.orders[slot] as number)) {
        this.places[place] = this.places[place - 1] as number;
        place--;
      }
      this.places[place] = slot;
      this.count++;
    }
  }

  private orderAt(place: number): number {
    const records = this.vault.records;
    return records && place >= 0 ? (records.orders[this.places[place] as number] as number) : 0;
  }

  idAt(place: number): number {
    const records = this.vault.records;
    return records ? (records.ids[this.places[place] as number] as number) : 0;
  }

  /** Place of an account in the list, -1 when there is none. */
  placeOf(id: number): number {
    for (let place = 0; place < this.count; place++) if (this.idAt(place) === id) return place;
    return -1;
  }

  /** The account at a place, or undefined when its record is damaged. */
  read(place: number): Account | undefined {
    const records = this.vault.records;
    const content = records ? records.read(this.places[place] as number) : undefined;
    return content ? new Account(this.idAt(place), content) : undefined;
  }

  /** Enrols; the same account under the same id again changes nothing. Returns 0 or a refusal. */
  put(id: number, content: AccountContent, key: Uint8Array): number {
    const records = this.vault.records;
    if (!records) return REFUSED_STORAGE_FAILED;
    const bytes = accountContent(content, content.counter, key);
    if (bytes.length > records.capacity) return REFUSED_TOO_LONG;
    const place = this.placeOf(id);
    if (place >= 0) {
      const held = records.read(this.places[place] as number);
      return held && equal(held, bytes) ? 0 : REFUSED_ACCOUNT_EXISTS;
    }
    if (this.count >= ACCOUNTS_MAX || records.free < 1) return REFUSED_FULL;
    // After 255 enrolments in a row the newest share the last order, which sorts them by slot.
    const stored = records.write(id, Math.min(this.orderAt(this.count - 1) + 1, 255), bytes);
    this.arrange();
    return stored ? 0 : REFUSED_STORAGE_FAILED;
  }

  remove(place: number): boolean {
    const records = this.vault.records;
    const removed = !!records && records.remove(this.idAt(place));
    this.arrange();
    return removed;
  }

  /** The TOTP of a moment. */
  totp(account: Account, utc: number): string {
    return hotp(this.key(account), timeStep(utc, account.period), account.digits);
  }

  /**
   * The next HOTP. Its successor is on storage before it exists (RFC 4226 §7.2 leaves the order to us; this one
   * never shows a value twice).
   * @returns undefined when storage failed or the counter has reached its end
   */
  nextHotp(account: Account): string | undefined {
    const records = this.vault.records;
    const slot = this.places[this.placeOf(account.id)] as number;
    if (!records || account.kind !== KIND_HOTP || account.counter >= COUNTER_MAX) return undefined;
    const order = records.orders[slot] as number;
    const stored = records.write(
      account.id,
      order,
      accountContent(account, account.counter + 1, account.key),
    );
    const code = stored ? hotp(this.key(account), account.counter, account.digits) : undefined;
    this.arrange();
    return code;
  }

  prepare(account: Account): void {
    this.key(account);
  }

  respond(account: Account, _question: Uint8Array, _pin: Uint8Array): string | undefined {
    return hotp(this.key(account), account.counter, account.digits);
  }

  private key(account: Account): Hmac {
    let hmac = this.hmac;
    if (!hmac || this.keyed !== account.id) {
      hmac = new Hmac(this.primitives, account.algorithm as Algorithm, account.key);
      this.hmac = hmac;
      this.keyed = account.id;
    }
    return hmac;
  }

  /** Drops the padded key. */
  forget(): void {
    this.hmac = undefined;
    this.keyed = 0;
  }
}
