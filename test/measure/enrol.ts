import { readPairingCode } from '@passfob/protocol/pairing';
import { type Client, connect, pairingCode, pairingKey } from 'passfob/client';
import { pipe } from 'passfob/transports/pipe';
import { type Interpreter, READ_CHARS } from '../kit/interpreter.ts';

const ACCOUNTS = 32;
/** Out of flash the Linux build opens a file for every character it runs. */
const PATIENCE = { patience: { answerTimeoutMs: 300_000, sendsMax: 1 } };
/** The fob's time while its accounts are enrolled. */
export const START_UTC = 1_800_000_000;

export const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const ascii = (text: string) => new Uint8Array(Buffer.from(text));

export function clientOf(interpreter: Interpreter): Client {
  const cable = pipe({
    name: 'bench',
    packetChars: READ_CHARS,
    write: async text => interpreter.send(text),
    release: async () => {},
  });
  interpreter.onText = text => cable.receive(Buffer.from(text, 'latin1'));
  return connect(cable.transport, PATIENCE);
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
  await interpreter.start('memory');
  await interpreter.order({ ms: 0, utc: START_UTC });
  const client = clientOf(interpreter);
  await client.hello();
  await client.startPairing();
  const { screen } = await interpreter.order({});
  const code = readPairingCode(screen.slice(2).join('')) ?? '';
  await client.openSession(pairingCode(code));
  await client.call('adopt', { deviceSecret: random(32), pairingKey: key, entropy: random(32) });
  await client.openSession(pairingKey(key));
  await client.call('setClock', { utc: START_UTC });
  for (let i = 0; i < ACCOUNTS; i++) await client.call('put', account(i, i === 1 ? 2 : 1));
  await interpreter.stop();
}
