import type { Client } from 'passfob/client';
import { isRefusal } from 'passfob/errors';
import { freshSecrets } from 'passfob/owner/pairing';
import type { OwnerTools } from 'passfob/owner/tools';
import { PUSH_SECRET_BYTES, SECRET_BYTES } from '../limits.ts';
import {
  askApproval,
  type OwnedFob,
  type ShownCode,
  setFobClock,
  showPairingCode,
  takeOwnership,
  writePasscodeAccount,
  writePushAccount,
} from './owner.ts';
import { checkPasscode, type PasscodeAccount, type PasscodeCheck, type PasscodeKind } from './passcodes.ts';
import { type ApprovalRequest, isApproval, newPush } from './push.ts';

/** How a request for approval ended. `forged`: an answer came, and it is not the one that this fob's key makes. */
export type PushOutcome = 'approved' | 'denied' | 'reported' | 'expired' | 'forged';

interface PushKey {
  readonly account: Uint8Array;
  readonly secret: Uint8Array;
}

/**
 * The service's side of one user with one fob: owner of the fob, and validator of its passcodes and approvals.
 * Everything is in the memory of this object.
 */
export class UserService {
  readonly user: string;
  readonly #client: Client;
  readonly #tools: OwnerTools;
  readonly #keys: Uint8Array[];
  readonly #accounts = new Map<PasscodeKind, PasscodeAccount>();
  #pairingKey: Uint8Array | undefined;
  #pushKey: PushKey | undefined;

  /** @param keys gets the pairing key, with which the page opens the sealed frames of its own fob to explain them */
  constructor(user: string, client: Client, tools: OwnerTools, keys: Uint8Array[] = []) {
    this.user = user;
    this.#client = client;
    this.#tools = tools;
    this.#keys = keys;
  }

  get isPaired(): boolean {
    return this.#pairingKey !== undefined;
  }

  get hasPush(): boolean {
    return this.#pushKey !== undefined;
  }

  /** Returns the account of that kind; undefined if none was enrolled. */
  account(kind: PasscodeKind): PasscodeAccount | undefined {
    return this.#accounts.get(kind);
  }

  /** As `showPairingCode`. */
  startPairing(): Promise<ShownCode> {
    return showPairingCode(this.#client, this.#tools.signal);
  }

  /** As `takeOwnership`. */
  async finishPairing(code: string): Promise<void> {
    const secrets = freshSecrets(this.#tools.random);
    this.#keys.push(secrets.pairingKey);
    await takeOwnership(this.#tools, this.#client, { code, secrets });
    this.#pairingKey = secrets.pairingKey;
  }

  /**
   * Enrols an account for passcodes, once.
   * @param label of the account on the fob's display
   * @throws FobError as `writePasscodeAccount`
   */
  async enrol(kind: PasscodeKind, label = this.user): Promise<void> {
    const secret = this.#tools.random(SECRET_BYTES);
    await writePasscodeAccount(this.#tools, this.#fob(), kind, { label, secret });
    this.#accounts.set(kind, { kind, secret, lastStep: -1 });
  }

  /** Enrols the key for push requests. @throws FobError as `writePushAccount` */
  async enrolPush(): Promise<void> {
    const secret = this.#tools.random(PUSH_SECRET_BYTES);
    const account = await writePushAccount(this.#tools, this.#fob(), { label: 'push', secret });
    this.#pushKey = { account, secret };
  }

  /** Checks a passcode as a sign-in does. An accepted one is used up. */
  check(kind: PasscodeKind, typed: string): PasscodeCheck {
    const account = this.#accounts.get(kind);
    if (account === undefined) throw new Error(`no account of the kind ${kind}`);
    const result = checkPasscode(account, typed, this.#tools.now());
    if (result.outcome === 'accepted' && result.step !== undefined)
      this.#accounts.set(kind, { ...account, lastStep: result.step });
    return result;
  }

  newPush(): ApprovalRequest {
    return newPush(this.#tools.random, this.user, this.#tools.now());
  }

  /**
   * Has the fob show a request, and waits for the person.
   * @param onShown called when the fob shows it
   * @throws FobError those of the link
   */
  async requestApproval(request: ApprovalRequest, onShown: () => void): Promise<PushOutcome> {
    const key = this.#pushKey;
    if (key === undefined) throw new Error('no key for push requests');
    try {
      const answer = await askApproval(this.#tools, this.#fob(), { account: key.account, request, onShown });
      return isApproval(key.secret, request, answer) ? 'approved' : 'forged';
    } catch (error) {
      if (isRefusal(error, 'press-denied')) return 'denied';
      if (isRefusal(error, 'press-reported')) return 'reported';
      if (isRefusal(error, 'press-timeout')) return 'expired';
      throw error;
    }
  }

  /** As `setFobClock`. */
  setClock(onPressNeeded: () => void): Promise<void> {
    return setFobClock(this.#tools, this.#fob(), onPressNeeded);
  }

  #fob(): OwnedFob {
    if (this.#pairingKey === undefined) throw new Error('the fob is not paired');
    return { client: this.#client, pairingKey: this.#pairingKey };
  }
}
