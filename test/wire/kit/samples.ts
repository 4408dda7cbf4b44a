import { crc32 } from 'node:zlib';
import type { CommandName } from '@passfob/protocol/commands';
import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import type { ExchangeInput, HandshakeInput, VectorInput, VectorKind } from './vectors.ts';

/** Returns bytes that count up from `from`: public values that show a wrong place at once. */
export const run = (from: number, length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (from + i) & 255)).toString('hex');
export const text = (written: string) => Buffer.from(written).toString('hex');

const SERIAL = '5046000001';

/** A session by pairing key. */
export const BY_KEY: HandshakeInput = {
  key: 0,
  sharedKey: run(0x20, 32),
  serial: SERIAL,
  ownerNonce: run(0xa0, 16),
  fobNonce: run(0xb0, 16),
  counter: 7,
};

/** The same fob and key after a reboot: only the fresh values differ. */
const AFTER_REBOOT: HandshakeInput = { ...BY_KEY, fobNonce: run(0xd0, 16), counter: 23 };

/** A session by the pairing code of entropy 00 01 … 09. */
export const BY_CODE: HandshakeInput = {
  ...BY_KEY,
  key: 1,
  sharedKey: text('qqqsyqcyq5rqwzqf'),
  counter: 4294967295,
};

/** RFC 4226 appendix D, RFC 6287 appendix C and RFC 6238 appendix B. */
export const SECRETS = {
  sha1: text('12345678901234567890'),
  sha256: text('12345678901234567890123456789012'),
  sha512: text('1234567890'.repeat(7).slice(0, 64)),
};

const totp = { kind: 2, algorithm: 1, digits: 6, period: 30, counter: 0 };
const hotp = { kind: 1, algorithm: 1, digits: 8, period: 0, counter: 2 ** 53 - 1 };
export const names = { issuer: text('Example'), label: text('alice@example.com') };
export const longest = { issuer: run(0x41, 32), label: run(0x61, 32) };
export const none = { issuer: '', label: '' };
export const id = run(0xc1, 4);

/** One exchange or more for every command of version 1: usual, smallest and largest values. */
export const EXCHANGES_1: Readonly<Record<string, ExchangeInput>> = {
  hello: {
    command: 'hello',
    request: {},
    response: {
      version: 1,
      state: 0,
      algorithms: 6,
      serial: SERIAL,
      board: text('pico'),
      firmware: text('0.1.0'),
    },
  },
  'hello, largest': {
    command: 'hello',
    request: {},
    response: {
      version: 255,
      state: 3,
      algorithms: 14,
      serial: 'ffffffffff',
      board: run(0x61, 16),
      firmware: run(0x41, 16),
    },
  },
  pair: { command: 'pair', request: {}, response: { seconds: 180 } },
  'open by pairing key': {
    command: 'open',
    request: { key: 0, nonce: BY_KEY.ownerNonce },
    response: { nonce: BY_KEY.fobNonce, counter: 7, proof: run(0x01, 32) },
  },
  'open by pairing code': {
    command: 'open',
    request: { key: 1, nonce: BY_CODE.ownerNonce },
    response: { nonce: BY_CODE.fobNonce, counter: 4294967295, proof: run(0x01, 32) },
  },
  finish: { command: 'finish', request: { proof: run(0x41, 32) }, response: {} },
  info: {
    command: 'info',
    request: {},
    response: { accounts: 2, freeRecords: 30, clock: 1, recordBytes: 73 },
  },
  adopt: {
    command: 'adopt',
    request: { deviceSecret: run(0x00, 32), pairingKey: run(0x20, 32), entropy: run(0x40, 32) },
    response: {},
  },
  list: { command: 'list', request: { index: 0 }, response: { id, health: 0, ...totp, ...names } },
  'list, damaged': {
    command: 'list',
    request: { index: 31 },
    response: { id, health: 1, kind: 0, algorithm: 0, digits: 0, period: 0, counter: 0, ...none },
  },
  put: { command: 'put', request: { id, ...totp, ...names, secret: SECRETS.sha1 }, response: {} },
  'put, smallest': { command: 'put', request: { id, ...hotp, ...none, secret: run(0, 10) }, response: {} },
  'put, largest': { command: 'put', request: { id, ...hotp, ...longest, secret: run(0, 128) }, response: {} },
  prove: { command: 'prove', request: { id, nonce: run(0xe0, 16) }, response: { mac: run(0x80, 32) } },
  remove: { command: 'remove', request: { id }, response: {} },
  'code of TOTP': {
    command: 'code',
    request: { id },
    response: { code: text('94287082'), counter: 1, secondsLeft: 1 },
  },
  'code of HOTP': {
    command: 'code',
    request: { id },
    response: { code: text('755224'), counter: 0, secondsLeft: 0 },
  },
  clock: { command: 'clock', request: {}, response: { state: 1, utc: 20000000000, age: 86400 } },
  'clock, unset': { command: 'clock', request: {}, response: { state: 0, utc: 0, age: 0 } },
  setClock: { command: 'setClock', request: { utc: 1234567890 }, response: {} },
  erase: { command: 'erase', request: {}, response: {} },
};

/** Every refusal, each under a command that can be refused so. */
const REFUSED_COMMANDS: Partial<Record<RefusalName, CommandName>> = {
  'no-session': 'info',
  'wrong-proof': 'finish',
  'no-code-shown': 'open',
  'needs-entropy': 'pair',
  'already-owned': 'pair',
  'keys-lost': 'pair',
};
const CLEAR_COMMANDS = ['hello', 'pair', 'open', 'finish'];

/** Returns one exchange for each refusal with a number from `first` to `last`. */
export function refusedExchanges(first: number, last: number): Record<string, ExchangeInput> {
  const names = (Object.keys(REFUSALS) as RefusalName[]).filter(
    name => REFUSALS[name].code >= first && REFUSALS[name].code <= last,
  );
  return Object.fromEntries(
    names.map(refusal => {
      const command = REFUSED_COMMANDS[refusal] ?? 'erase';
      const request =
        Object.values(EXCHANGES_1).find(exchange => exchange.command === command)?.request ?? {};
      return [`refused: ${refusal}`, { command, request, refusal }];
    }),
  );
}

export type Samples = { readonly [K in VectorKind]: Readonly<Record<string, VectorInput<K>>> };

const FRAMES: Samples['frames'] = {
  'shortest, two paddings': { payload: run(1, 4) },
  'one padding': { payload: run(3, 5) },
  'no padding': { payload: run(4, 6) },
  'every byte': { payload: run(3, 256) },
  longest: { payload: run(4, 381) },
};

const PAIRING: Samples['pairing'] = {
  'counting up': { entropy: run(0, 10) },
  zeros: { entropy: '00'.repeat(10) },
  ones: { entropy: 'ff'.repeat(10) },
  mixed: { entropy: '9e7ca92223786340c5ad' },
};

const PROOFS: Samples['proofs'] = {
  TOTP: {
    secret: SECRETS.sha1,
    id,
    nonce: run(0xe0, 16),
    kind: 2,
    algorithm: 1,
    digits: 6,
    period: 30,
    ...names,
  },
  'HOTP without names': {
    secret: run(0, 10),
    id,
    nonce: run(0, 16),
    kind: 1,
    algorithm: 2,
    digits: 8,
    period: 0,
    ...none,
  },
  'SHA-1 with a secret longer than its block': {
    secret: run(0, 128),
    id,
    nonce: run(0, 16),
    kind: 2,
    algorithm: 1,
    digits: 6,
    period: 300,
    ...longest,
  },
  'SHA-512 with the longest secret': {
    secret: run(0, 128),
    id,
    nonce: run(0, 16),
    kind: 2,
    algorithm: 3,
    digits: 7,
    period: 15,
    ...longest,
  },
};

const PASSCODES: Samples['passcodes'] = {
  'RFC 4226 appendix D': { secret: SECRETS.sha1, algorithm: 1, counter: 9, digits: 6 },
  'RFC 6238 appendix B, T = 20000000000, SHA-512': {
    secret: SECRETS.sha512,
    algorithm: 3,
    counter: 666666666,
    digits: 8,
  },
  'the largest counter': { secret: SECRETS.sha1, algorithm: 2, counter: 2 ** 53 - 1, digits: 8 },
};

/** The first counter of a session and the last. */
const EDGES: Readonly<Record<string, number>> = { info: 0, erase: 65534 };

/** Returns the exchanges as they are sent: in the clear with a sequence, sealed with a session and a counter. */
export function sent(exchanges: Readonly<Record<string, ExchangeInput>>): Pick<Samples, 'clear' | 'sealed'> {
  const all = Object.entries(exchanges);
  const isClear = ([, exchange]: [string, ExchangeInput]) => CLEAR_COMMANDS.includes(exchange.command);
  // By name, so that a later sample does not move the others.
  const clear = all
    .filter(isClear)
    .map(([name, exchange]) => [name, { sequence: crc32(name) & 255, ...exchange }]);
  const sealed = all
    .filter(entry => !isClear(entry))
    .map(([name, exchange]) => {
      const handshake = ['adopt', 'take'].includes(exchange.command) ? BY_CODE : BY_KEY;
      return [name, { handshake, counter: EDGES[name] ?? crc32(name) & 0x7fff, ...exchange }];
    });
  return { clear: Object.fromEntries(clear), sealed: Object.fromEntries(sealed) };
}

/** The inputs of the golden vectors of version 1, by kind and name. */
export const SAMPLES_1: Samples = {
  frames: FRAMES,
  handshakes: { 'pairing key': BY_KEY, 'after a reboot': AFTER_REBOOT, 'pairing code': BY_CODE },
  ...sent({ ...EXCHANGES_1, ...refusedExchanges(1, 24) }),
  pairing: PAIRING,
  proofs: PROOFS,
  passcodes: PASSCODES,
  ocra: {},
  pins: {},
};
