import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { relayActivation } from 'passfob/activation/relay';
import type { ServiceSocket } from 'passfob/activation/socket';
import { bytesOf, fieldOf } from 'passfob/carrier/fields';
import { openingTranscript, type RelaySays, type ServiceSays } from 'passfob/carrier/messages';
import { pipe } from 'passfob/transports/pipe';
import { expect, it } from 'vitest';
import { fromFob, toFob } from '../agent/kit/frames.ts';
import { failure } from '../host/kit/failure.ts';
import { secret } from '../kit/secrets.ts';

const SERVICE = 'http://tokens.example.org';

/** A service that proves itself and asks for a fob; the test speaks for it then. */
function service() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'jwk' }).x ?? '';
  const digest = createHash('sha256').update(Buffer.from(key, 'base64url')).digest();
  let hear: (text: string) => void = () => undefined;
  const heard: string[] = [];
  const says = (message: ServiceSays<'activation'>) => hear(JSON.stringify(message));
  const socket: ServiceSocket = {
    send(text) {
      const message = JSON.parse(text) as RelaySays<'activation'>;
      if (message.type === 'open') {
        const nonce = randomBytes(32);
        const transcript = openingTranscript(bytesOf(message.nonce) ?? nonce, nonce, SERVICE);
        says({
          type: 'identity',
          key,
          nonce: fieldOf(nonce),
          signature: fieldOf(sign(null, transcript, privateKey)),
          name: 'Tokens',
        });
      } else if (message.type === 'enter') says({ type: 'step', step: 'plug', text: 'Plug in the fob.' });
      else if (message.type === 'bytes') heard.push(message.text);
    },
    onText: listener => {
      hear = listener;
    },
    onClose: () => undefined,
    close: () => undefined,
  };
  return { socket, says, heard, fingerprint: new Uint8Array(digest.subarray(0, 16)) };
}

const until = (holds: () => boolean): Promise<void> => expect.poll(holds).toBe(true);

it('a relay sends frames in packets to a fob that answers them, and hands on no answers', async () => {
  const { socket, says, heard, fingerprint } = service();
  let written = '';
  const { transport, receive } = pipe({
    name: 'fob',
    write: async text => {
      written += text;
    },
    release: async () => undefined,
  });
  const fobSays = (text: string) => receive(Buffer.from(text, 'latin1'));
  const ending = new AbortController();
  let isPlugged = false;
  const code = randomBytes(16);
  secret(fieldOf(code));
  const relayed = failure(
    relayActivation({
      activation: { service: SERVICE, code, fingerprint },
      openSocket: async () => socket,
      openFob: async () => {
        setImmediate(() => {
          isPlugged = true;
        });
        return { transport, port: 'serial' };
      },
      askCode: () => new Promise(() => undefined),
      report: () => undefined,
      signal: ending.signal,
    }),
  );
  await until(() => isPlugged);
  says({ type: 'bytes', fob: 0, text: toFob('hello') });
  await until(() => written === toFob('hello'));
  fobSays(`\x06${fromFob('answer')}`);
  written = '';
  const long = toFob('x'.repeat(80));
  says({ type: 'bytes', fob: 0, text: long });
  await until(() => written === long.slice(0, 63));
  fobSays('\x06');
  await until(() => written === long);
  fobSays(`\x06${fromFob('another')}`);
  expect(heard.join('')).toBe(`${fromFob('answer')}${fromFob('another')}`);
  ending.abort();
  expect((await relayed).kind).toBe('cancelled');
});
