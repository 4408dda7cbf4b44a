import { KIND_TOTP } from '@passfob/protocol/account';
import { Writer } from '@passfob/protocol/bytes';
import { equal, Hmac } from '@passfob/protocol/hmac';
import { ACCOUNTS_MAX, COUNTER_LAST } from '@passfob/protocol/limits';
import { ocra } from '@passfob/protocol/ocra';
import { hotp, timeStep } from '@passfob/protocol/otp';
import type { Algorithm, Primitives } from '@passfob/protocol/primitives';
import * as refused from '@passfob/protocol/refusals';
import { type Account, type AccountContent, accountContent, accountOf, isForApprovals } from './account.ts';
import * as limits from './base/limits.ts';
import { aheadOf, tagAt, tagOf } from './presses.ts';
import type { Records } from './vault/records.ts';
import type { Vault } from './vault/vault.ts';

/** The accounts in the person's order, and their passcodes. */
export class Accounts {
  private readonly primitives: Primitives;
  private readonly vault: Vault;
  /** Slots of the accounts in the person's order. */
  private readonly places: Uint8Array;
  declare count: number;
  /** Id of the account whose padded key is kept, so that a refreshed passcode costs one MAC. */
  declare private keyed: number;
  private hmac: Hmac | undefined;
  /** Its prepared passcode, and the counter or time step of that: -1 for none. */
  declare ready: string;
  declare private readyAt: number;
  /** Interval in which a prepared TOTP is the one to show. */
  readyFrom: number;
  declare readyTill: number;

  constructor(primitives: Primitives, vault: Vault) {
    this.primitives = primitives;
    this.vault = vault;
    this.places = new Uint8Array(ACCOUNTS_MAX + 1);
    this.readyFrom = 0;
    this.arrange();
  }

  /** Finds the accounts again, after boot and after every change of the records. */
  arrange(): void {
    this.count = 0;
    this.forget();
    const records = this.vault.records;
    if (!records) return;
    for (let slot = 0; slot < records.ids.length; slot++) {
      const id = records.ids[slot] as number;
      if (id >= 0 && id < limits.SYSTEM_IDS) continue;
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

  /** Number of accounts before those that stay last. */
  private get movable(): number {
    let count = this.count;
    while (this.orderAt(count - 1) === limits.ORDER_LAST) count--;
    return count;
  }

  idAt(place: number): number {
    const records = this.vault.records;
    return records ? (records.ids[this.places[place] as number] as number) : 0;
  }

  /** Returns the place of an account in the list, -1 if there is none. */
  placeOf(id: number): number {
    for (let place = 0; place < this.count; place++) if (this.idAt(place) === id) return place;
    return -1;
  }

  /** Returns the account at a place, or undefined if its record is damaged. */
  read(place: number): Account | undefined {
    const records = this.vault.records;
    if (!records) return undefined;
    const slot = this.places[place] as number;
    const content = records.read(slot);
    if (!content) return undefined;
    const account = accountOf(records.ids[slot] as number, content);
    if (account.kind !== KIND_TOTP) account.counter = this.ahead(account.id, account.counter);
    return account;
  }

  /** The refusal for an account that could not be read just now. */
  get trouble(): number {
    return this.vault.records?.silent ? refused.REFUSED_STORAGE_FAILED : refused.REFUSED_DAMAGED;
  }

  /** Enrols. Repeating the same account under the same id changes nothing. Returns 0 or a refusal. */
  put(id: number, content: AccountContent, key: Uint8Array): number {
    const records = this.vault.records;
    if (!records) return refused.REFUSED_LOCKED;
    const bytes = accountContent(content, content.issuer, content.label, key);
    if (bytes.length > records.capacity) return refused.REFUSED_TOO_LONG;
    for (let place = 0; place < this.count; place++) {
      if (this.idAt(place) === id) {
        const held = records.read(this.places[place] as number);
        if (records.silent) return refused.REFUSED_STORAGE_FAILED;
        return held && equal(held, bytes) ? 0 : refused.REFUSED_ACCOUNT_EXISTS;
      }
      // The press journal identifies accounts by their tags.
      if (tagOf(this.idAt(place)) === tagOf(id)) return refused.REFUSED_ACCOUNT_EXISTS;
    }
    if (this.count >= ACCOUNTS_MAX || records.free < 1) return refused.REFUSED_FULL;
    const last = this.movable - 1;
    if (this.orderAt(last) === limits.ORDER_MAX && !this.spread()) return refused.REFUSED_STORAGE_FAILED;
    const order = isForApprovals(content) ? limits.ORDER_LAST : this.orderAt(last) + 1;
    const stored = this.unpress(id) && records.write(id, order, bytes);
    this.arrange();
    return stored ? 0 : refused.REFUSED_STORAGE_FAILED;
  }

  remove(place: number): boolean {
    const records = this.vault.records;
    const id = this.idAt(place);
    const removed = !!records && records.remove(id);
    this.arrange();
    return removed && this.unpress(id);
  }

  /** Returns 0 or a refusal. */
  rename(place: number, issuer: Uint8Array, label: Uint8Array): number {
    const account = this.read(place);
    const records = this.vault.records;
    if (!account || !records) return this.trouble;
    const bytes = accountContent(account, issuer, label, account.key);
    if (bytes.length > records.capacity) return refused.REFUSED_TOO_LONG;
    const stored = records.write(account.id, this.orderAt(place), bytes);
    this.arrange();
    return stored ? 0 : refused.REFUSED_STORAGE_FAILED;
  }

  /**
   * Moves an account to a place, or to the last one before the accounts that stay last. Those keep their order among
   * themselves. False if storage failed; the old order then remains.
   */
  move(from: number, place: number): boolean {
    const id = this.idAt(from);
    const last = this.movable - 1;
    if (from > last && place > last) return true;
    const to = Math.min(place, last);
    for (let tries = 0; tries < 2; tries++) {
      const at = this.placeOf(id);
      if (at === to) return true;
      // Between its two neighbours at the new place.
      const before = to < at ? to - 1 : to;
      const low = this.orderAt(before);
      const high = before + 1 < this.count ? this.orderAt(before + 1) : limits.ORDER_MAX + 1;
      if (high - low > 1) return this.reorder(at, (low + high) >> 1);
      if (!this.spread()) return false;
    }
    return false;
  }

  /** Writes a record again with another order, and updates the tables. */
  private reorder(place: number, order: number): boolean {
    const records = this.vault.records;
    const slot = this.places[place] as number;
    if (!records || this.orderAt(place) === order) return true;
    const content = records.read(slot);
    // A damaged account keeps its order. An account that could not be read must not.
    const moved = content ? records.write(this.idAt(place), order, content) : !records.silent;
    this.arrange();
    return moved;
  }

  /** Spreads the orders, first downwards, then upwards, so that the list never changes meanwhile. */
  private spread(): boolean {
    const count = this.movable;
    for (let place = 0; place < count; place++) if (!this.reorder(place, place + 1)) return false;
    for (let place = count - 1; place >= 0; place--) {
      if (!this.reorder(place, (place + 1) * limits.ORDER_GAP)) return false;
    }
    return true;
  }

  /** Returns the TOTP at a time. */
  totp(account: Account, utc: number): string {
    return this.code(account, timeStep(utc, account.period));
  }

  /**
   * Returns the next HOTP. The next counter is stored before the passcode is shown (RFC 4226 §7.2 allows either order;
   * this one never shows a value twice).
   * @returns undefined if storage failed; the caller has checked that the counter has not reached its end
   */
  nextHotp(account: Account): string | undefined {
    const counter = account.counter;
    const code = this.code(account, counter);
    return this.press(account) ? code : undefined;
  }

  /**
   * Returns the OCRA passcode for a question. A counter in the suite is used up as for HOTP.
   * @param question ASCII, in the suite's format
   * @param pin ASCII, if the suite hashes one
   */
  respond(account: Account, question: Uint8Array, pin: Uint8Array, utc: number): string | undefined {
    const counter = account.counter;
    if (account.inputs & 1 && !this.press(account)) return undefined;
    return ocra(this.primitives, this.key(account), account, question, counter, pin, utc);
  }

  private code(account: Account, counter: number): string {
    return this.readyAt === counter && this.keyed === account.id
      ? this.ready
      : hotp(this.key(account), counter, account.digits & 15, account.digits >> 4);
  }

  /** Prepares the next passcode, so that a press only has to show it. Uses up nothing. */
  makeReady(account: Account, utc: number): void {
    const period = account.period;
    const counter = period ? Math.floor(utc / period) : account.counter;
    const isKeyed = this.keyed === account.id;
    if (this.readyAt !== counter || !isKeyed) {
      const hmac = isKeyed ? (this.hmac as Hmac) : this.rekeyed(account);
      this.ready = hotp(hmac, counter, account.digits & 15, account.digits >> 4);
      this.readyAt = counter;
    }
    this.readyFrom = utc;
    // Never for HOTP, not even at -1, the value without a time.
    this.readyTill = period ? (counter + 1) * period : -1;
  }

  /** Whether the account is the prepared one, and has not changed since. */
  knows(account: Account): boolean {
    return this.keyed === account.id;
  }

  private key(account: Account): Hmac {
    return this.keyed === account.id ? (this.hmac as Hmac) : this.rekeyed(account);
  }

  private rekeyed(account: Account): Hmac {
    const held = this.hmac;
    this.ready = '';
    this.readyAt = -1;
    this.readyTill = -1;
    const hmac =
      held?.algorithm === account.algorithm
        ? held.rekey(account.key)
        : new Hmac(this.primitives, account.algorithm as Algorithm, account.key);
    this.hmac = hmac;
    this.keyed = account.id;
    return hmac;
  }

  /** Drops the padded key and the prepared passcode. */
  forget(): void {
    this.hmac = undefined;
    this.keyed = 0;
    this.ready = '';
    this.readyAt = -1;
    this.readyTill = -1;
  }

  private ahead(id: number, counter: number): number {
    const journal = this.vault.presses;
    return journal ? aheadOf(journal.content, id, counter) : counter;
  }

  /** Uses up a counter: one page of the journal, and a record only if the journal has no room for a fourth. */
  private press(account: Account): boolean {
    const journal = this.vault.presses;
    // Not before the person has read that values may repeat.
    if (!journal || this.vault.wentBack || account.counter > COUNTER_LAST) return false;
    const tag = tagOf(account.id);
    const out = new Writer(limits.JOURNAL_CONTENT_BYTES)
      .number(tag, 3)
      .number((account.counter + 1) % limits.PRESS_MODULUS, 3);
    for (let i = 0; i < limits.PRESS_ENTRIES; i++) {
      const at = i * limits.PRESS_ENTRY_BYTES;
      const entry = journal.content.subarray(at, at + limits.PRESS_ENTRY_BYTES);
      const other = tagAt(entry, 0);
      if (other === tag || other === 0) continue;
      if (out.at < limits.PRESS_ENTRIES * limits.PRESS_ENTRY_BYTES) out.raw(entry);
      else if (!this.fold(other)) return false;
    }
    // The account's cached state is now out of date.
    this.forget();
    if (!this.vault.press(out.bytes)) return false;
    account.counter++;
    return true;
  }

  /** Writes the journal's counter of an account into its record. */
  private fold(tag: number): boolean {
    for (let place = 0; place < this.count; place++) {
      if (tagOf(this.idAt(place)) !== tag) continue;
      const account = this.read(place);
      // A damaged account has nothing to lose. An account that could not be read has.
      if (!account) return !(this.vault.records as Records).silent;
      return this.rename(place, account.issuer, account.label) === 0;
    }
    return true;
  }

  /**
   * Removes an account from the press journal. Otherwise a new account under its id would start at the old counter.
   */
  private unpress(id: number): boolean {
    const journal = this.vault.presses;
    if (!journal || this.ahead(id, -1) < 0) return true;
    const content = new Uint8Array(journal.content);
    for (let at = 0; at < limits.PRESS_ENTRIES * limits.PRESS_ENTRY_BYTES; at += limits.PRESS_ENTRY_BYTES) {
      if (tagAt(content, at) === tagOf(id)) content.fill(0, at, at + limits.PRESS_ENTRY_BYTES);
    }
    return this.vault.press(content);
  }
}
