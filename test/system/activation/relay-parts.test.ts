import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { build } from 'esbuild';
import fc from 'fast-check';
import { checkIdentity } from 'passfob/activation/identity';
import type { RelayMessage, ServiceMessage } from 'passfob/activation/messages';
import { readRelayMessage, readServiceMessage } from 'passfob/activation/read-messages';
import { fieldOf } from 'passfob/carrier/fields';
import { WIRE_PIECE_CHARS } from 'passfob/carrier/limits';
import { openingTranscript } from 'passfob/carrier/messages';
import { expect, it } from 'vitest';
import { failure } from '../../unit/host/kit/failure.ts';

const some = (length: number) => fieldOf(new Uint8Array(randomBytes(length)));

const RELAY_MESSAGES: readonly RelayMessage[] = [
  { type: 'open', version: 1, nonce: some(32) },
  { type: 'enter', code: some(16), relay: some(16) },
  { type: 'plugged', port: 'serial' },
  { type: 'bytes', text: '\u0000~ÿ' },
  { type: 'unplugged' },
  { type: 'pairing-code', code: 'ne72 jg3r' },
  { type: 'show-code' },
  { type: 'stop' },
];
const SERVICE_MESSAGES: readonly ServiceMessage[] = [
  { type: 'identity', key: some(32), nonce: some(32), signature: some(64) },
  { type: 'entered', service: 'Passfob', user: 'ada', serial: null, fobs: 'any', expiresMs: 5 },
  { type: 'bytes', text: '~' },
  { type: 'step', step: 'plug', text: 'Plug in the fob.' },
  { type: 'step', step: 'code', text: 'Type it.', again: true, seconds: 180, same: false },
  { type: 'done', serial: 'PF', token: 'PF-1', text: 'Done.', ticket: 'pft' },
  { type: 'refused', code: 'not_valid', text: 'No.', next: 'Ask.', isFinal: true },
];

it.each([
  ['a relay', RELAY_MESSAGES, readRelayMessage],
  ['the service', SERVICE_MESSAGES, readServiceMessage],
] as const)(
  'messages of %s are read as they are, but not with a field more, less or of another kind',
  (_, messages, read) => {
    for (const message of messages) {
      expect(read(JSON.stringify(message))).toEqual(message);
      expect(read(JSON.stringify({ ...message, more: 1 }))).toBeUndefined();
      for (const field of Object.keys(message)) {
        const { [field]: value, ...less } = message as unknown as Record<string, unknown>;
        if (!['again', 'seconds', 'same'].includes(field)) expect(read(JSON.stringify(less))).toBeUndefined();
        for (const other of [{}, [value], '\u0100'.repeat(3_000)])
          expect(read(JSON.stringify({ ...less, [field]: other }))).toBeUndefined();
      }
    }
  },
);

it('no other text is read as a message', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      expect(readRelayMessage(text)).toBeUndefined();
      expect(readServiceMessage(text)).toBeUndefined();
    }),
  );
  expect(
    readRelayMessage(' '.repeat(CARRIER_MESSAGE_CHARS_MAX) + JSON.stringify({ type: 'stop' })),
  ).toBeUndefined();
});

it('a message carries the longest piece of any text', () => {
  const text = '\u0001'.repeat(WIRE_PIECE_CHARS);
  expect(readRelayMessage(JSON.stringify({ type: 'bytes', text }))).toEqual({ type: 'bytes', text });
});

const service = 'https://tokens.example.org';
const made = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'jwk' }).x ?? '';
  const digest = createHash('sha256').update(Buffer.from(key, 'base64url')).digest();
  return { key, privateKey, fingerprint: new Uint8Array(digest.subarray(0, 16)) };
};
const relayNonce = new Uint8Array(randomBytes(32));
const serviceNonce = new Uint8Array(randomBytes(32));
const code = new Uint8Array(16);
const identity = ({ key, privateKey }: ReturnType<typeof made>, origin: string, nonce = relayNonce) => {
  const signature = new Uint8Array(sign(null, openingTranscript(nonce, serviceNonce, origin), privateKey));
  return { type: 'identity', key, nonce: fieldOf(serviceNonce), signature: fieldOf(signature) } as const;
};

it('the service proves its identity by the key in the string, for this address and this opening', async () => {
  const own = made();
  const activation = { service, code, fingerprint: own.fingerprint };
  await checkIdentity(activation, relayNonce, identity(own, service));
  const wrong = [
    identity(made(), service),
    identity(own, 'https://elsewhere.example'),
    identity(own, service, serviceNonce),
    { ...identity(own, service), nonce: fieldOf(relayNonce) },
    { ...identity(own, service), signature: fieldOf(new Uint8Array(64)) },
  ];
  for (const one of wrong)
    expect((await failure(checkIdentity(activation, relayNonce, one))).kind).toBe('activation');
});

it.each([
  ['activation/relay.ts', 'pairing-code'],
  ['agent/care.ts', 'later'],
])('the relay in %s uses nothing that a browser lacks', async (path, known) => {
  const entry = fileURLToPath(new URL(`../../../host/${path}`, import.meta.url));
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    conditions: ['source'],
    write: false,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  });
  const [file] = bundle.outputFiles;
  expect(file?.text).toContain(known);
  expect(file?.text.match(/\b(?:Buffer|process)\.\w+|\brequire\(/g)).toBeNull();
});
