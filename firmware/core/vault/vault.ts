import { equal } from '../../../protocol/hmac.ts';
import { DEVICE_SECRET_BYTES } from '../../../protocol/limits.ts';
import type { Primitives } from '../../../protocol/primitives.ts';
import {
  ATTEMPTS_PAGE,
  CLOCK_PAGE,
  HEADER_BYTES,
  HEADER_PAGE,
  PRESSES_PAGE,
  PRESSES_PAGES,
  RECOVERY_PAGE,
  RING_PAGE,
  STATE_PAGE,
  STATE_PAGES,
} from '../limits.ts';
import type { Storage, VaultPorts } from '../ports.ts';
import { State } from '../state.ts';
import { Journal } from './journal.ts';
import { clearSlots, Records } from './records.ts';
import { CounterRing } from './ring.ts';
import { iterationsOf, MAGIC_V1, Wrap } from './wrap.ts';

/** As `hello` reports it. */
export const VAULT_BLANK = 0;
export const VAULT_OWNED = 1;
export const VAULT_KEYS_LOST = 2;
export const VAULT_DAMAGED = 3;

const NO_PIN = new Uint8Array(0);

/**
 * Who owns the fob and the key to its records. The secrets are in the microcontroller; the data key, wrapped under
 * the device secret and the PIN, is in the storage, in two headers that are equal at rest. The order of writes makes
 * every power cut readable:
 *
 * erase: header A, header B, recovery A, recovery B, secrets; a header that is empty is left alone.
 * adopt: what erase does, secrets, slots emptied, state (naming the header to come), header A (the commit), header B.
 * new PIN: header A, state (naming it: the commit), header B.
 *
 * Secrets with no header that the state names, and at least one header empty, are one of the first two interrupted:
 * the fob is blank, and what is left goes with the next adoption, since opening destroys nothing. A header without
 * secrets is a microcontroller that lost its memory. A storage that does not answer says nothing about the owner.
 */
export class Vault {
  private readonly ports: VaultPorts;
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  readonly ring: CounterRing;
  readonly policy: State;
  state: number;
  /** Undefined unless the state is owned and the vault open. */
  records: Records | undefined;
  /** These three are there once the state is owned, locked or not. */
  pairingKey: Uint8Array | undefined;
  private wrap: Wrap | undefined;
  private head: Uint8Array;
  private dataKey: Uint8Array;
  /** Whether a change of the header failed so that nobody knows how. */
  private unsure: boolean;
  clock: Journal | undefined;
  attempts: Journal | undefined;
  presses: Journal | undefined;
  /** Whether the storage was put back to when there was no PIN. */
  outdated: boolean;
  /** What the person has yet to be told: 0 nothing, 1 the storage went back in time, 2 nobody can tell. */
  wentBack: number;

  constructor(ports: VaultPorts) {
    this.ports = ports;
    this.primitives = ports.primitives;
    this.storage = ports.storage;
    this.ring = new CounterRing(ports.primitives, ports.storage, RING_PAGE);
    this.policy = new State();
    this.state = VAULT_BLANK;
    this.head = NO_PIN;
    this.dataKey = NO_PIN;
    this.unsure = false;
    this.outdated = false;
    this.wentBack = 0;
    this.find();
  }

  /** Finds out at boot who owns the fob. */
  private find(): void {
    const first = this.header(HEADER_PAGE);
    const second = this.header(HEADER_PAGE + 1);
    this.state = VAULT_DAMAGED;
    if (!first || !second) return;
    const secrets = this.ports.keystore.load();
    if (!secrets) {
      this.state = first.length + second.length ? VAULT_KEYS_LOST : VAULT_BLANK;
      return;
    }
    const named = this.attach(secrets);
    if (this.silent) return;
    let current: Uint8Array | undefined;
    // A vault of version 1 has no state and no PIN: there the header that opens is the one that counts.
    if (named ? this.isNamed(first) : this.opens(first)) current = first;
    else if (named ? this.isNamed(second) : this.opens(second)) current = second;
    if (!current) {
      if (!first.length || !second.length) this.forget();
      return;
    }
    this.head = current;
    // Where no state names it yet: see `settleHeaders`.
    this.policy.headerCrc = this.primitives.crc32(current);
    this.own(secrets);
    // Where there is no PIN nobody tries one: this storage is from before there was, and opens for its owner only.
    this.outdated = iterationsOf(current) === 0 && this.ports.marks.count() > this.policy.settledMarks;
    const key = iterationsOf(current) === 0 && !this.outdated && (this.wrap as Wrap).open(current, NO_PIN);
    if (key) this.openRecords(key);
    if (!named) {
      if (key) this.seal(NO_PIN);
    } else for (let copy = 0; copy < 2; copy++) this.heal(copy, copy === 0 ? first : second);
    this.compareWitness();
  }

  /** Whether a journal may hold more than was read of it. */
  private get silent(): boolean {
    const journals = [this.clock, this.attempts, this.presses, this.policy.journal];
    for (let i = 0; i < journals.length; i++) if ((journals[i] as Journal).silent) return true;
    return false;
  }

  private isNamed(header: Uint8Array): boolean {
    return header.length > 0 && this.primitives.crc32(header) === this.policy.headerCrc;
  }

  private opens(header: Uint8Array): boolean {
    return header[0] === MAGIC_V1 && !!(this.wrap as Wrap).open(header, NO_PIN);
  }

  /** What an interrupted change of the PIN has left. */
  private heal(copy: number, held: Uint8Array): void {
    if (!this.isNamed(held)) this.storage.write(copy * this.storage.pageBytes, this.head);
  }

  /** Takes the secrets, without believing that there is a vault. False where no state belongs to them. */
  private attach(secrets: Uint8Array): boolean {
    this.wrap = new Wrap(this.primitives, this.ports.stretch, secrets.subarray(0, DEVICE_SECRET_BYTES));
    const mac = this.wrap.log();
    this.clock = new Journal(mac, this.storage, CLOCK_PAGE, 2);
    this.attempts = new Journal(mac, this.storage, ATTEMPTS_PAGE, 2);
    this.presses = new Journal(mac, this.storage, PRESSES_PAGE, PRESSES_PAGES);
    return this.policy.load(new Journal(mac, this.storage, STATE_PAGE, STATE_PAGES));
  }

  private own(secrets: Uint8Array): void {
    this.state = VAULT_OWNED;
    this.pairingKey = new Uint8Array(secrets.subarray(DEVICE_SECRET_BYTES, secrets.length));
  }

  private openRecords(dataKey: Uint8Array): void {
    const records = new Records(this.primitives, this.storage, dataKey);
    // A slot that was not read might be taken for a free one.
    if (records.silent) this.state = VAULT_DAMAGED;
    else {
      this.records = records;
      this.dataKey = dataKey;
    }
  }

  get hasPin(): boolean {
    return this.state === VAULT_OWNED && (this.outdated || iterationsOf(this.head) > 0);
  }

  get iterations(): number {
    return iterationsOf(this.head);
  }

  /** Whether only the right PIN opens the records. */
  get locked(): boolean {
    return this.state === VAULT_OWNED && !this.records;
  }

  /** Opens a locked vault. Slow. False for a wrong PIN. */
  unlock(pin: Uint8Array): boolean {
    const key = this.wrap?.open(this.head, pin);
    if (key) this.openRecords(key);
    return !!key;
  }

  /** Forgets the data key, where there is a PIN to find it again by. */
  lock(): void {
    if (!this.hasPin) return;
    this.records = undefined;
    this.dataKey.fill(0);
  }

  /** Wraps the data key of an open vault anew; slow with a PIN. False when storage failed and all is as it was. */
  seal(pin: Uint8Array): boolean {
    const header = (this.wrap as Wrap).header(this.dataKey, pin);
    const policy = this.policy;
    const isNew = !this.head.length;
    if (!this.settleHeaders() || (!isNew && !this.storage.write(0, header))) return false;
    const crc = policy.headerCrc;
    policy.headerCrc = this.primitives.crc32(header);
    // In the same write: whoever seals has the vault open, and what was wrong before counts no more.
    policy.settledAttempts = (this.attempts as Journal).number;
    policy.settledMarks = this.ports.marks.count();
    this.unsure = !policy.save();
    if (this.unsure) {
      // Which of the two headers the storage now names is not known, and both stay until it is.
      policy.headerCrc = crc;
      return false;
    }
    if (isNew && !this.storage.write(0, header)) return false;
    this.outdated = false;
    this.head = header;
    // Where this one fails, every boot tries again, and so does the next change.
    this.storage.write(this.storage.pageBytes, header);
    return true;
  }

  /** Before a PIN is tried: whether it is known which header counts, which a write of the state settles. */
  get sure(): boolean {
    if (this.unsure) this.unsure = !this.policy.save();
    return !this.unsure;
  }

  /** Before header A is written: the state names the present header, and header B is that. */
  private settleHeaders(): boolean {
    if (!this.head.length) return true;
    if (!this.sure) return false;
    const second = this.header(HEADER_PAGE + 1);
    return !!second && (this.isNamed(second) || this.storage.write(this.storage.pageBytes, this.head));
  }

  /** Keeps the data key of an open vault a second time, under the owner's recovery key. */
  escrow(recoveryKey: Uint8Array): boolean {
    const header = this.recovery(recoveryKey).header(this.dataKey, NO_PIN);
    // Copy A last: where there is anything of it, the other one is whole. One that is right is not put at risk.
    for (let page = RECOVERY_PAGE + 1; page >= RECOVERY_PAGE; page--) {
      const held = this.header(page);
      if (!held) return false;
      if (!equal(held, header) && !this.storage.write(page * this.storage.pageBytes, header)) return false;
    }
    return true;
  }

  private recovery(recoveryKey: Uint8Array): Wrap {
    return new Wrap(this.primitives, this.ports.stretch, recoveryKey);
  }

  get escrowed(): boolean {
    const header = this.header(RECOVERY_PAGE);
    return !!header && header.length > 0;
  }

  /** The data key as the recovery key opens it, or undefined. */
  recover(recoveryKey: Uint8Array): Uint8Array | undefined {
    const wrap = this.recovery(recoveryKey);
    for (let copy = 0; copy < 2; copy++) {
      const header = this.header(RECOVERY_PAGE + copy);
      const key = header && wrap.open(header, NO_PIN);
      if (key) return key;
    }
    return undefined;
  }

  /** Opens the vault with a recovered data key and takes the PIN off. False when storage failed. */
  release(dataKey: Uint8Array): boolean {
    this.openRecords(dataKey);
    return !!this.records && this.seal(NO_PIN);
  }

  /** A header's bytes, none when it is empty: all zeros or, as made, all ones. Undefined: no answer. */
  private header(page: number): Uint8Array | undefined {
    const bytes = this.storage.read(page * this.storage.pageBytes, HEADER_BYTES);
    if (!bytes) return undefined;
    for (let i = 1; i < HEADER_BYTES; i++) if (bytes[i] !== bytes[0]) return bytes;
    return bytes[0] === 0 || bytes[0] === 255 ? new Uint8Array(0) : bytes;
  }

  /**
   * Gives a blank fob its owner.
   * @param secrets device secret and pairing key, 64 bytes
   * @param dataKey 16 random bytes
   * @returns false when storage failed; the fob is then still blank, unless all was written and only that not seen
   */
  adopt(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    // What an interrupted adoption or erasure has left must not be taken for a part of this one.
    if (this.erase() && this.ports.keystore.save(secrets) && clearSlots(this.storage)) {
      this.attach(secrets);
      this.policy.reset();
      this.dataKey = dataKey;
      // Of the owner before: cut behind the commit, it would say of this one that the storage went back.
      this.excuse();
      if (this.seal(NO_PIN)) {
        this.own(secrets);
        this.openRecords(dataKey);
        return true;
      }
    }
    this.erase();
    return false;
  }

  /** Whether the storage is older than what the witness saw, or than the marks: those it counts first. */
  private compareWitness(): void {
    const seen = this.ports.witness.load();
    const marked = this.ports.marks.count() - this.policy.settledMarks;
    const isOld =
      seen > (this.presses as Journal).number ||
      marked > (this.attempts as Journal).number - this.policy.settledAttempts;
    this.wentBack = isOld ? 1 : seen < 0 ? 2 : 0;
    if (this.wentBack > 0 && this.policy.wentBack !== this.wentBack) {
      this.policy.wentBack = this.wentBack;
      this.policy.save();
    }
  }

  /** The person knows: from here on what the storage holds is the truth again. */
  excuse(): void {
    this.ports.witness.save((this.presses as Journal).number);
    this.wentBack = 0;
  }

  /** One more HOTP press on storage; only then may its code exist. */
  press(content: Uint8Array): boolean {
    const presses = this.presses;
    if (!presses?.write(content)) return false;
    // A witness that fails stays behind, which says nothing; one ahead would, and does so until it is excused.
    if (this.wentBack === 0) this.ports.witness.save(presses.number);
    return true;
  }

  /** Destroys the wrapped data key, then forgets the owner. False when a part failed: ask again. */
  erase(): boolean {
    // The headers first: while one of them is there the fob is owned, and its recovery whole.
    for (let copy = 0; copy < 4; copy++) {
      if (!this.destroy(copy < 2 ? HEADER_PAGE + copy : RECOVERY_PAGE - 2 + copy)) return false;
    }
    if (!this.ports.keystore.clear()) return false;
    this.forget();
    return true;
  }

  /** Nothing of an owner is left in memory. */
  private forget(): void {
    this.state = VAULT_BLANK;
    this.records = undefined;
    this.pairingKey = undefined;
    this.wrap = undefined;
    this.head = NO_PIN;
    this.dataKey.fill(0);
    this.clock = undefined;
    this.policy.reset();
    this.policy.journal = undefined;
    this.outdated = false;
    this.wentBack = 0;
  }

  /** Never writes an empty header: torn by the power, it would be a second one that does not open. */
  private destroy(page: number): boolean {
    const header = this.header(page);
    return (
      (!!header && !header.length) ||
      this.storage.write(page * this.storage.pageBytes, new Uint8Array(HEADER_BYTES))
    );
  }
}
