import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName } from '@passfob/protocol/commands';
import {
  Deframer,
  decodeFrame,
  encodeClear,
  encodeFrame,
  FRAME_REQUEST,
  FRAME_SEALED_REQUEST,
} from '@passfob/protocol/frame';
import { encodeFields, type Values } from '@passfob/protocol/layout';
import { PAYLOAD_BYTES_MAX, SESSION_NONCE_BYTES } from '@passfob/protocol/limits';
import { pairingCodeKey, readPairingCode } from '@passfob/protocol/pairing';
import { Handshake, handshakeContext, OWNER_ID, type Session } from '@passfob/protocol/session';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import type { Randomness } from '../../unit/wire/kit/randomness.ts';
import type { Recorder } from './recorder.ts';
import { valuesFor } from './values.ts';

/** A refused or missing answer has this many bytes behind type, sequence, command and status, or none. */
const HELLO_SERIAL_AT = 7;
const SERIAL_BYTES = 5;
const HEAD_BYTES = 4;

/** Keys that a fob was given. */
interface Keys {
  readonly pairingKey: Uint8Array;
  readonly recoveryKey: Uint8Array;
}

/**
 * A computer at the fob's cable, on the level of frames. All its randomness is given with each call, so that both
 * sides get the same bytes. It never resends, and it takes any answer.
 */
export class Computer {
  private readonly recorder: Recorder;
  private session: Session | undefined;
  private counter = 0;
  private keys: Keys | undefined;
  private readonly ids: Uint8Array[] = [];
  /** Frames sent so far, for replays; the newest at the end. */
  readonly sent: string[] = [];
  /** Frames of the fob, for reflections. */
  readonly heard: string[] = [];

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  /** Sends a frame and returns the payload of the first whole frame that comes back. */
  private async exchange(frame: string): Promise<Uint8Array> {
    this.sent.push(frame);
    const back = await this.recorder.send(frame);
    let payload: Uint8Array | undefined;
    new Deframer().receive(back, text => {
      this.heard.push(`~${text}\n`);
      payload ??= decodeFrame(primitives, text);
    });
    return payload ?? new Uint8Array();
  }

  /** Sends a command in the clear, also one that belongs into a session. Returns the payload of the answer. */
  async askClear(dice: Randomness, name: CommandName, values: Values): Promise<Uint8Array> {
    const payload = new Writer(PAYLOAD_BYTES_MAX)
      .number(FRAME_REQUEST, 1)
      .number(dice.below(256), 1)
      .number(COMMANDS[name][0], 1);
    encodeFields(COMMANDS[name][3], values, payload);
    return this.exchange(encodeClear(primitives, payload));
  }

  /** Returns the frame of a command inside the session; without a session, one sealed under no key. */
  private sealedFrame(dice: Randomness, name: CommandName, values: Values): string {
    const plain = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_SEALED_REQUEST, 1).number(COMMANDS[name][0], 1);
    encodeFields(COMMANDS[name][3], values, plain);
    if (!this.session) {
      const noise = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_SEALED_REQUEST, 1).number(dice.below(4), 4);
      return encodeFrame(primitives, noise.raw(dice.bytes(plain.at + 8)).done());
    }
    // Sometimes a counter is left out, as a lost frame would.
    if (dice.once(20)) this.counter += 1 + dice.below(300);
    const frame = encodeFrame(primitives, this.session.seal(this.counter, plain.done()));
    this.counter++;
    return frame;
  }

  /** Sends a command inside the session; twice the same frame once in eight times, as after a lost answer. */
  async ask(dice: Randomness, name: CommandName, given = this.valuesOf(dice, name)): Promise<void> {
    const frame = this.sealedFrame(dice, name, given);
    if (given.id instanceof Uint8Array && /^(?:put|putOcra|enrol)$/.test(name)) this.ids.push(given.id);
    const answer = await this.exchange(frame);
    const opened = answer.length > 0 ? this.session?.open(answer) : undefined;
    // Behind type and command.
    const isDone = opened?.bytes[opened.at + 1] === 0;
    if (isDone && (name === 'adopt' || name === 'take')) this.learn(given);
    if (dice.once(8)) await this.exchange(frame);
  }

  /** Returns the fields of a request, usual ones for the most part. */
  valuesOf(dice: Randomness, name: CommandName): Values {
    const { ids, recorder, keys } = this;
    return valuesFor(dice, name, { ids, utc: recorder.utc, recoveryKey: keys?.recoveryKey });
  }

  private learn(values: Values): void {
    const { pairingKey, recoveryKey } = values;
    if (pairingKey instanceof Uint8Array) {
      const recovery = recoveryKey instanceof Uint8Array ? recoveryKey : pairingKey;
      this.keys = { pairingKey, recoveryKey: recovery };
    }
  }

  /** The handshake. @param isHonest false: the owner's proof is a wrong one */
  async open(dice: Randomness, kind: number, key: Uint8Array, isHonest = true): Promise<void> {
    this.session = undefined;
    const hello = await this.askClear(dice, 'hello', {});
    const serial = hello.slice(HELLO_SERIAL_AT, HELLO_SERIAL_AT + SERIAL_BYTES);
    const nonce = dice.bytes(SESSION_NONCE_BYTES);
    const opened = await this.askClear(dice, 'open', { key: kind, nonce });
    const from = new Reader(opened, HEAD_BYTES);
    const fobNonce = from.raw(SESSION_NONCE_BYTES);
    const counter = from.number(4);
    if (from.bad || serial.length < SERIAL_BYTES) return;
    const context = handshakeContext(kind, serial, nonce, fobNonce, counter);
    const handshake = new Handshake(primitives, key, context);
    const proof = isHonest ? handshake.ownerProof : dice.bytes(32);
    const finished = await this.askClear(dice, 'finish', { proof });
    if (finished.length < HEAD_BYTES || finished[HEAD_BYTES - 1] !== 0) return;
    this.session = handshake.session(OWNER_ID);
    this.counter = 0;
  }

  /** Opens a session by the key of the owner, or by a wrong one. */
  openByKey(dice: Randomness): Promise<void> {
    const key = this.keys && !dice.once(8) ? this.keys.pairingKey : dice.bytes(32);
    return this.open(dice, 0, key, !dice.once(8));
  }

  /** Asks for a pairing code, reads it off the screen, and opens a session by it, where one is shown. */
  async openByCode(dice: Randomness): Promise<boolean> {
    await this.askClear(dice, 'pair', {});
    await this.recorder.tell();
    const groups = this.recorder.screen.filter(line => /^[a-z0-9]{3} [a-z0-9]{3}$/.test(line));
    const code = readPairingCode(groups.join(''));
    if (code === undefined) return false;
    await this.open(dice, 1, pairingCodeKey(code), !dice.once(12));
    return true;
  }

  /** Becomes the owner of a blank fob, and opens a session with the new key. */
  async becomeOwner(dice: Randomness): Promise<void> {
    if (!(await this.openByCode(dice))) return;
    await this.ask(dice, dice.once(2) ? 'adopt' : 'take');
    if (this.keys) await this.open(dice, 0, this.keys.pairingKey);
  }

  /** A new cable: the session is gone on this side only. */
  forgetSession(): void {
    this.session = undefined;
  }
}
