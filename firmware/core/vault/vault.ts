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
import { iterationsOf, MAGIC_V1, Wrap } from './wrap.ts';

/** As `hello` reports it. */
export const VAULT_BLANK = 0;
export const VAULT_OWNED = 1;
export const VAULT_KEYS_LOST = 2;
export const VAULT_DAMAGED = 3;

/**
 * Who owns the fob and the key to its records. The secrets are in the microcontroller; the data key, wrapped under
 * the device secret and the PIN, is in the storage, in two headers that are equal at rest. The order of writes makes
 * every power cut readable:
 *
 * erase: header A, header B, recovery A, recovery B, secrets; a header that is empty is left alone.
 * adopt: what erase does, secrets, slots emptied, state (naming the header to come), header A (the commit), header B.
 * new PIN: header A, state (naming it: the commit), header B.
 *
 * Secrets with no header that the state names, and at least one header empty, are one of the first two interrupted: the
 * fob is blank, what is left goes with the next adoption. A header without secrets is a microcontroller that lost its
 * memory. A storage that does not answer says nothing about the owner.
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
    const first = readHeader(this.storage, HEADER_PAGE);
    const second = readHeader(this.storage, HEADER_PAGE + 1);
    this.state = VAULT_DAMAGED;
    if (!first || !second) return;
    const secrets = this.ports.keystore.load();
    if (!secrets) {
      this.state = first.length + second.length ? VAULT_KEYS_LOST : VAULT_BLANK;
      return;
    }
    const named = this.attach(secrets);
    if (isSilent([this.clock, this.attempts, this.presses, this.policy.journal])) return;
    const headers = [first, second];
    let current: Uint8Array | undefined;
    for (let copy = 1; copy >= 0; copy--) {
      const header = headers[copy] as Uint8Array;
      // A vault of version 1 has no state and no PIN: there the header that opens is the one that counts.
      const opens = header[0] === MAGIC_V1 && (this.wrap as Wrap).open(header, NO_PIN);
      if (named ? this.isNamed(header) : opens) current = header;
    }
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
    if (!named && key) this.seal(NO_PIN);
    // What an interrupted change of the PIN has left.
    for (let copy = 0; named && copy < 2; copy++) {
      if (!this.isNamed(headers[copy] as Uint8Array))
        this.storage.write(copy * this.storage.pageBytes, current);
    }
    this.wentBack = wentBack(this.ports, this.policy, this.attempts as Journal, this.presses as Journal);
    if (this.wentBack > 0 && this.policy.wentBack !== this.wentBack) {
      this.policy.wentBack = this.wentBack;
      this.policy.save();
    }
  }

  private isNamed(header: Uint8Array): boolean {
    return header.length > 0 && this.primitives.crc32(header) === this.policy.headerCrc;
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
    const second = readHeader(this.storage, HEADER_PAGE + 1);
    return !!second && (this.isNamed(second) || this.storage.write(this.storage.pageBytes, this.head));
  }

  /** Keeps the data key of an open vault a second time, under the owner's recovery key. */
  escrow(recoveryKey: Uint8Array): boolean {
    return keepRecovery(this.ports, this.policy, recoveryKey, this.dataKey);
  }

  /** Opens the vault with a recovered data key and takes the PIN off. False when storage failed. */
  release(dataKey: Uint8Array): boolean {
    this.openRecords(dataKey);
    return !!this.records && this.seal(NO_PIN);
  }

  /**
   * Gives a blank fob its owner.
   * @param secrets device secret and pairing key, 64 bytes; `dataKey` is 16 random ones
   * @returns false when storage failed; the fob is then still blank, unless all was written and only that not seen
   */
  adopt(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    // What an interrupted adoption or erasure has left must not be taken for a part of this one.
    if (this.erase() && this.ports.keystore.save(secrets) && this.begin(secrets, dataKey)) return true;
    this.erase();
    return false;
  }

  /** Makes the vault of a blank fob for secrets that the keystore holds. Interrupted, the fob is as blank as before. */
  begin(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    if (!clearSlots(this.storage)) return false;
    this.attach(secrets);
    this.policy.reset();
    this.dataKey = dataKey;
    // Of the owner before: cut behind the commit, it would say that the storage went back.
    this.excuse();
    if (!this.seal(NO_PIN)) return false;
    this.own(secrets);
    this.openRecords(dataKey);
    return true;
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
      if (!destroyHeader(this.storage, copy < 2 ? HEADER_PAGE + copy : RECOVERY_PAGE - 2 + copy))
        return false;
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
}
