import { Reader, Writer } from '@passfob/protocol/bytes';
import {
  Deframer,
  decodeFrame,
  encodeClear,
  encodeFrame,
  FRAME_REQUEST,
  FRAME_SEALED_REQUEST,
} from '@passfob/protocol/frame';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { Handshake, handshakeContext, OWNER_ID, type Session } from '@passfob/protocol/session';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { PATIENCE_MS } from '../../kit/patience.ts';
import type { Driver } from './driver.ts';
import { random } from './owner.ts';

/** The end of a cable. */
type Line = Pick<Driver, 'transport'>;

/**
 * Sends one frame and returns the payload of the response.
 * @param isAnswer passes over a late answer to an earlier request, which a slow computer asked twice
 * @throws Error where none comes: a lost frame would stop the test for good
 */
export function exchange(
  driver: Line,
  frame: string,
  isAnswer: (payload: Uint8Array) => boolean = () => true,
): Promise<Uint8Array> {
  const deframer = new Deframer();
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      stop();
      finish();
    };
    const lost = () => reject(new Error(`the fob did not answer a frame of ${frame.length} characters`));
    const timer = setTimeout(() => settle(lost), PATIENCE_MS);
    const stop = driver.transport.onText(chunk =>
      deframer.receive(chunk, text => {
        const payload = decodeFrame(primitives, text);
        if (payload && isAnswer(payload)) settle(() => resolve(payload));
      }),
    );
    driver.transport.send(frame).catch(error => settle(() => reject(error)));
  });
}

let lastSequence = 0;

/**
 * Sends bytes behind type and sequence in the clear.
 * @returns the fob's answer behind type and sequence
 */
export async function askClear(driver: Line, ...bytes: number[]): Promise<number[]> {
  const sequence = (lastSequence + 1) & 255;
  lastSequence = sequence;
  const payload = new Writer(PAYLOAD_BYTES_MAX).byte(FRAME_REQUEST).byte(sequence);
  const frame = encodeClear(primitives, payload.raw(Uint8Array.from(bytes)));
  const answer = await exchange(driver, frame, ([, answered]) => answered === sequence);
  return [...answer.subarray(2)];
}

/**
 * Sends half of a handshake.
 * @param kind 0 for the pairing key, 1 for the key of the pairing code
 * @returns the other half
 */
export async function openHalf(driver: Line, key: Uint8Array, kind = 0): Promise<Handshake> {
  const serial = Uint8Array.from((await askClear(driver, 1)).slice(5, 10));
  const nonce = random(16);
  const opened = Uint8Array.from(await askClear(driver, 3, kind, ...nonce));
  const counter = new Reader(opened, 18).number(4);
  const context = handshakeContext(kind, serial, nonce, opened.subarray(2, 18), counter);
  return new Handshake(primitives, key, context);
}

/** A session whose frames the test makes itself. */
export class RawSession {
  private readonly driver: Driver;
  private readonly session: Session;
  private counter = 0;

  private constructor(driver: Driver, session: Session) {
    this.driver = driver;
    this.session = session;
  }

  static async open(driver: Driver, key: Uint8Array): Promise<RawSession> {
    const handshake = await openHalf(driver, key);
    await askClear(driver, 4, ...handshake.ownerProof);
    return new RawSession(driver, handshake.session(OWNER_ID));
  }

  /** Returns the frame of the next request: command byte and fields. */
  frame(...bytes: number[]): string {
    const plain = Uint8Array.of(FRAME_SEALED_REQUEST, ...bytes);
    const frame = encodeFrame(primitives, this.session.seal(this.counter, plain));
    this.counter++;
    return frame;
  }

  /** @returns the fob's answer behind the type */
  async ask(...bytes: number[]): Promise<number[]> {
    const answer = this.session.open(await exchange(this.driver, this.frame(...bytes)));
    if (!answer) throw new Error('an answer of no session');
    return [...answer.bytes.subarray(answer.at)];
  }
}

/** Extends `bytes` to a text with this CRC-32, by computing it backwards from its end. */
export function forged(bytes: Uint8Array, crc: number): Uint8Array {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  });
  const backwards: number[] = [];
  let wanted = ~crc >>> 0;
  for (let i = 0; i < 4; i++) {
    const index = table.findIndex(value => value >>> 24 === wanted >>> 24);
    backwards.unshift(index);
    wanted = ((wanted ^ (table[index] ?? 0)) << 8) >>> 0;
  }
  let state = ~primitives.crc32(bytes) >>> 0;
  const tail = backwards.map(index => {
    const byte = (state ^ index) & 255;
    state = (state >>> 8) ^ (table[index] ?? 0);
    return byte;
  });
  return Uint8Array.of(...bytes, ...tail);
}
