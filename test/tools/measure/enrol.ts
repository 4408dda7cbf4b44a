import { readPairingCode } from '@passfob/protocol/pairing';
import { type Client, connect, pairingCode, pairingKey } from 'passfob/client';
import type { Interpreter } from '../../kit/interpreter.ts';
import { linkOf } from '../../kit/interpreter-link.ts';

const ACCOUNTS = 32;
/** Out of flash the Linux build opens a file for every character it runs. */
const PATIENCE = { patience: { answerTimeoutMs: 120_000, sendsMax: 1 } };
/** The fob's time while its accounts are enrolled. */
export const START_UTC = 1_800_000_000;

export const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const ascii = (text: string) => new Uint8Array(Buffer.from(text));

export function clientOf(interpreter: Interpreter): Client {
  return connect(linkOf(interpreter), PATIENCE);
}

/**
 * Waits for an exchange with the image.
 * @throws an error that names it and the interpreter: one that loses bytes gives no answer
 */
export async function answered<T>(interpreter: Interpreter, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${interpreter.name} did not answer ${what}: ${reason}`, { cause });
  }
}

/** A typical account: 20-byte secret, issuer and label of usual length. */
export function account(index: number, kind: number) {
  return {
    id: Uint8Array.of(100, 0, 0, index + 1),
    kind,
    algorithm: 1,
    digits: 6,
    period: kind === 2 ? 30 : 0,
    counter: 0,
    issuer: ascii('Example Ltd'),
    label: ascii(`user.name${index}@example.org`.slice(0, 24)),
    secret: random(20),
  };
}

/** A paired bench with 32 accounts: the second is TOTP, the others HOTP. */
export async function enrolAll(interpreter: Interpreter, key: Uint8Array): Promise<void> {
  await interpreter.start();
  await interpreter.order({ ms: 0, utc: START_UTC });
  const client = clientOf(interpreter);
  await answered(interpreter, 'hello', client.hello());
  await answered(interpreter, 'startPairing', client.startPairing());
  const { screen } = await interpreter.order({});
  const code = readPairingCode(screen.slice(2).join('')) ?? '';
  await answered(interpreter, 'open by code', client.openSession(pairingCode(code)));
  const adoption = { deviceSecret: random(32), pairingKey: key, entropy: random(32) };
  await answered(interpreter, 'adopt', client.call('adopt', adoption));
  await answered(interpreter, 'open', client.openSession(pairingKey(key)));
  await answered(interpreter, 'setClock', client.call('setClock', { utc: START_UTC }));
  for (let i = 0; i < ACCOUNTS; i++)
    await answered(
      interpreter,
      `put ${i + 1} of ${ACCOUNTS}`,
      client.call('put', account(i, i === 1 ? 2 : 1)),
    );
  await interpreter.stop();
}
