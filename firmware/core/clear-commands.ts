import type { Request, Response } from '@passfob/protocol/commands';
import { equal } from '@passfob/protocol/hmac';
import * as limits from '@passfob/protocol/limits';
import { pairingCodeKey, pairingCodeOf } from '@passfob/protocol/pairing';
import * as refused from '@passfob/protocol/refusals';
import { FOB_ID, Handshake, handshakeContext, type Session } from '@passfob/protocol/session';
import type { Accounts } from './accounts.ts';
import type { Now, Ports } from './base/ports.ts';
import * as texts from './base/texts.ts';
import { bytesOf, idBytes } from './convert.ts';
import type { Lock } from './lock.ts';
import type { Parts } from './parts.ts';
import type { Person } from './person.ts';
import type { Pool } from './pool.ts';
import type { Timekeeper } from './timekeeper.ts';
import {
  VAULT_BLANK,
  VAULT_DAMAGED,
  VAULT_KEYS_LOST,
  VAULT_OWNED,
  VAULT_SILENT,
  type Vault,
} from './vault/vault.ts';

export const KEY_PAIRING_KEY = 0;
export const KEY_PAIRING_CODE = 1;

/** The commands that need no session: identification, pairing, and the handshake. */
export class ClearCommands {
  protected readonly ports: Ports;
  protected readonly vault: Vault;
  protected readonly lock: Lock;
  protected readonly accounts: Accounts;
  protected readonly timekeeper: Timekeeper;
  protected readonly pool: Pool;
  protected readonly person: Person;
  protected readonly now: Now;

  /** The only session. A new one replaces it after its owner's proof. */
  session: Session | undefined;
  protected sessionKey: number;
  private handshake: Handshake | undefined;
  /** The handshake of the present session. */
  private established: Handshake | undefined;
  private handshakeKey: number;
  private pairingCode: string;
  private pairingUntil: number;

  constructor(parts: Parts, person: Person) {
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
  }

  /**
   * Ends every session and half-finished handshake, after the code was used or expired, or the owner is gone. Nobody
   * else who saw them can use them.
   */
  protected endSessions(): void {
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
    this.person.showPairing(this.pairingCode, seconds);
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
        this.person.say(texts.WRONG_CODE);
      }
      return refused.REFUSED_WRONG_PROOF;
    }
    // The same proof again is a retry after a lost answer; it does not replace a session that has begun.
    if (this.established !== handshake) {
      this.established = handshake;
      this.session = handshake.session(FOB_ID);
      this.sessionKey = this.handshakeKey;
      // An approval for the previous session does not count for this one.
      this.person.dropRequest();
    }
    return {};
  }
}
