import { DEVICE_SECRET_BYTES } from '@passfob/protocol/limits';
import type { Primitives } from '@passfob/protocol/primitives';
import { isSilent, Journal } from '../base/journal.ts';
import {
  ATTEMPTS_PAGE,
  CLOCK_PAGE,
  HEADER_PAGE,
  PRESSES_PAGE,
  PRESSES_PAGES,
  RECOVERY_PAGE,
  RING_PAGE,
  STATE_PAGE,
  STATE_PAGES,
} from '../base/limits.ts';
import type { Storage, VaultPorts } from '../base/ports.ts';
import { State } from '../base/state.ts';
import { destroyHeader, keepRecovery, NO_PIN, readHeader } from './headers.ts';
import { clearSlots, Records } from './records.ts';
import { CounterRing } from './ring.ts';
import { wentBack } from './went-back.ts';
import { isVersion1, iterationsOf, Wrap } from './wrap.ts';

/** Values that `hello` reports. */
export const VAULT_BLANK = 0;
export const VAULT_OWNED = 1;
export const VAULT_KEYS_LOST = 2;
export const VAULT_DAMAGED = 3;
/** The storage does not answer, so nothing is known. On the wire this is 3, too. */
export const VAULT_SILENT = 4;

/**
 * The owner's secrets and the key to the records. The secrets are in the microcontroller. The data key, wrapped under
 * the device secret and the PIN, is in the storage, in two headers that are equal at rest. The order of writes makes
 * the state after every power cut unambiguous:
 *
 * - erase: header A, header B, recovery A, recovery B, secrets; an empty header is left alone.
 * - adopt: all of erase, secrets, slots emptied, state (naming the new header), header A (the commit), header B.
 * - new PIN: header A, state (naming it: the commit), header B.
 *
 * Secrets without a header that the state names, and with at least one empty header, are an interrupted erase or
 * adopt: the fob is blank, and the next adoption removes the rest. Only a header of version 1 is never taken for such
 * a rest. A header without secrets means that the microcontroller lost its memory. A storage that does not answer says nothing about the owner, and nothing is written
 * to it.
 */
export class Vault {
  private readonly ports: VaultPorts;
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  readonly ring: CounterRing;
  readonly policy: State;
  state: number;
  /** Undefined unless the fob is owned and the vault is open. */
  records: Records | undefined;
  /** Set while the fob is owned, locked or not. */
  pairingKey: Uint8Array | undefined;
  private wrap: Wrap | undefined;
  private head: Uint8Array;
  private dataKey: Uint8Array;
  /** Whether a failed change of the header left its outcome unknown. */
  private unsure: boolean;
  clock: Journal | undefined;
  attempts: Journal | undefined;
  presses: Journal | undefined;
  /** Whether the storage was rolled back to a time without a PIN. */
  outdated: boolean;
  /** Message that the person has not seen yet, as `wentBack` returns it; 0 for none. */
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
    // Wires can garble bytes. What may lead to an erasure or to another owner is believed when it is read twice.
    if (this.state !== VAULT_OWNED && this.state !== VAULT_SILENT) this.find();
  }

  /** Finds out at boot whether the fob has an owner. */
  private find(): void {
    const first = readHeader(this.storage, HEADER_PAGE);
    const second = readHeader(this.storage, HEADER_PAGE + 1);
    this.state = VAULT_SILENT;
    if (!first || !second || !this.storage.pages) return;
    const secrets = this.ports.keystore.load();
    if (!secrets) {
      this.state = first.length + second.length ? VAULT_KEYS_LOST : VAULT_BLANK;
      return;
    }
    const named = this.attach(secrets);
    if (isSilent([this.clock, this.attempts, this.presses, this.policy.journal])) return;
    const headers = [first, second];
    let current: Uint8Array | undefined;
    for (let copy = 1; named && copy >= 0; copy--) {
      const header = headers[copy] as Uint8Array;
      if (this.isNamed(header)) current = header;
    }
    if (!current) {
      this.state = VAULT_DAMAGED;
      // A vault of version 1 has no state that names its headers, and 0.2.0 can still read it.
      const isOurs = !isVersion1(first) && !isVersion1(second);
      if (isOurs && (!first.length || !second.length)) this.forget();
      return;
    }
    this.head = current;
    this.own(secrets);
    // Without a PIN nobody tries one. So more attempts than this storage knows mean that it is from before the PIN,
    // and only its owner may open it.
    this.outdated =
      iterationsOf(current) === 0 && this.ports.attemptCounter.count() > this.policy.settledMarks;
    const key = iterationsOf(current) === 0 && !this.outdated && (this.wrap as Wrap).open(current, NO_PIN);
    if (key) this.openRecords(key);
    if (this.state === VAULT_SILENT) return;
    // Replaces headers left by an interrupted change of the PIN.
    for (let copy = 0; copy < 2; copy++) {
      if (!this.isNamed(headers[copy] as Uint8Array))
        this.storage.write(copy * this.storage.pageBytes, current);
    }
    this.compare();
  }

  /** Compares the chips, and stores the result for the owner if it is certain. */
  private compare(): void {
    const policy = this.policy;
    const found = wentBack(this.ports, policy, this.attempts as Journal, this.presses as Journal);
    this.wentBack = found;
    // A silent anti-rollback counter may have its number.
    if (found === 0 || found > 2 || policy.wentBack === found) return;
    policy.wentBack = found;
    policy.save();
  }

  private isNamed(header: Uint8Array): boolean {
    return header.length > 0 && this.primitives.crc32(header) === this.policy.headerCrc;
  }

  /** Loads the secrets' journals without assuming that there is a vault. False if no state belongs to the secrets. */
  private attach(secrets: Uint8Array): boolean {
    this.wrap = new Wrap(this.primitives, this.ports.keyDerivation, secrets.subarray(0, DEVICE_SECRET_BYTES));
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
    // A slot that could not be read might be taken for a free one. With a PIN the vault stays locked.
    if (!records.silent) {
      this.records = records;
      this.dataKey = dataKey;
    } else if (!this.hasPin) this.state = VAULT_SILENT;
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

  /** Opens a locked vault; slow. False for a wrong PIN. It stays locked if the storage does not answer. */
  unlock(pin: Uint8Array): boolean {
    const key = this.wrap?.open(this.head, pin);
    if (key) this.openRecords(key);
    return !!key;
  }

  /** Drops the data key if a PIN can recover it. */
  lock(): void {
    if (this.hasPin) this.dropKeys();
  }

  /** Overwrites the keys to the records. */
  private dropKeys(): void {
    if (this.records) this.records.nonceKey.rekey(NO_PIN);
    this.records = undefined;
    this.dataKey.fill(0);
  }

  /** Wraps the data key of an open vault again; slow with a PIN. False if storage failed and nothing has changed. */
  seal(pin: Uint8Array): boolean {
    const header = (this.wrap as Wrap).header(this.dataKey, pin);
    const policy = this.policy;
    const isNew = !this.head.length;
    if (!this.settleHeaders() || (!isNew && !this.storage.write(0, header))) return false;
    const crc = policy.headerCrc;
    policy.headerCrc = this.primitives.crc32(header);
    // In the same write: the vault is open here, so earlier wrong PINs no longer count.
    policy.settledAttempts = (this.attempts as Journal).number;
    policy.settledMarks = this.ports.attemptCounter.count();
    this.unsure = !policy.save();
    if (this.unsure) {
      // It is unknown which of the two headers the storage now names, so both stay until it is known.
      policy.headerCrc = crc;
      return false;
    }
    if (isNew && !this.storage.write(0, header)) return false;
    this.outdated = false;
    this.head = header;
    // If this write fails, every boot and the next change try it again.
    this.storage.write(this.storage.pageBytes, header);
    return true;
  }

  /** Checked before a PIN is tried: whether the valid header is known. A write of the state restores that. */
  get sure(): boolean {
    if (this.unsure) this.unsure = !this.policy.save();
    return !this.unsure;
  }

  /**
   * Called before header A is written: makes sure that the state names the present header and that header B is that
   * one.
   */
  private settleHeaders(): boolean {
    if (!this.head.length) return true;
    if (!this.sure) return false;
    const second = readHeader(this.storage, HEADER_PAGE + 1);
    return !!second && (this.isNamed(second) || this.storage.write(this.storage.pageBytes, this.head));
  }

  /** Stores the data key of an open vault a second time, under the owner's recovery key. */
  escrow(recoveryKey: Uint8Array): boolean {
    return keepRecovery(this.ports, this.policy, recoveryKey, this.dataKey);
  }

  /** Opens the vault with a recovered data key and removes the PIN. False if storage failed. */
  release(dataKey: Uint8Array): boolean {
    this.openRecords(dataKey);
    return !!this.records && this.seal(NO_PIN);
  }

  /**
   * Gives a blank fob its owner.
   * @param secrets device secret and pairing key, 64 bytes; `dataKey` is 16 random ones
   * @returns false if storage failed; the fob is then still blank, unless everything was written and only the
   * confirmation failed
   */
  adopt(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    // The rest of an interrupted adoption or erasure must not be taken for a part of this one.
    if (this.erase() && this.ports.keystore.save(secrets) && this.begin(secrets, dataKey)) return true;
    this.erase();
    return false;
  }

  /** Makes the vault of a blank fob for the secrets in the keystore. If interrupted, the fob is still blank. */
  begin(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    if (!clearSlots(this.primitives, this.storage)) return false;
    this.attach(secrets);
    this.policy.reset();
    this.dataKey = dataKey;
    // The anti-rollback counter is the previous owner's. If it changed only after the commit, a power cut would make
    // the storage look rolled back.
    this.excuse();
    if (!this.seal(NO_PIN)) return false;
    this.own(secrets);
    this.openRecords(dataKey);
    return true;
  }

  /**
   * Returns `wentBack`. If it is unknown, asks the anti-rollback counter again, because it may have failed to answer.
   */
  lookBack(): number {
    if (this.wentBack > 1) this.compare();
    return this.wentBack;
  }

  /** Called when the person knows of a rollback: from now on the storage's content is valid again. */
  excuse(): void {
    this.ports.antiRollback.save((this.presses as Journal).number);
    this.wentBack = 0;
  }

  /** Stores one more HOTP press. Its passcode may be shown or sent only after that. */
  press(content: Uint8Array): boolean {
    const presses = this.presses;
    if (!presses?.write(content)) return false;
    // An anti-rollback counter whose write fails stays behind, which means nothing. One that is ahead would report a
    // rollback until it is excused.
    if (this.wentBack === 0) this.ports.antiRollback.save(presses.number);
    return true;
  }

  /** Destroys the wrapped data key, then forgets the owner. False if a part failed: try again. */
  erase(): boolean {
    // The headers first: while one of them exists the fob is owned, and its recovery complete.
    for (let copy = 0; copy < 4; copy++) {
      if (!destroyHeader(this.storage, copy < 2 ? HEADER_PAGE + copy : RECOVERY_PAGE - 2 + copy))
        return false;
    }
    if (!this.ports.keystore.clear()) return false;
    this.forget();
    return true;
  }

  /** Removes everything about an owner from memory. */
  private forget(): void {
    this.state = VAULT_BLANK;
    this.dropKeys();
    this.pairingKey = undefined;
    this.wrap = undefined;
    this.head = NO_PIN;
    this.clock = undefined;
    this.policy.reset();
    this.policy.journal = undefined;
    this.outdated = false;
    this.wentBack = 0;
  }
}
