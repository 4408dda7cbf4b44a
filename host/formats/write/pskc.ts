import { createCipheriv, createHmac } from 'node:crypto';
import { KIND_TOTP } from '@passfob/protocol/account';
import { SHA1 } from '@passfob/protocol/primitives';
import { NAMES_OF_ALGORITHMS } from '../../enrol/algorithms.ts';
import { badInput } from '../../enrol/enrolment.ts';
import { ITERATIONS_WRITTEN, MAC_KEY_WRITTEN_BYTES, SALT_WRITTEN_BYTES } from '../base/limits.ts';
import { pbkdf2Key } from '../base/sealed.ts';
import { CIPHERS, type Cipher, PKCS5, PSKC, XMLDSIG, XMLENC, XMLENC11 } from '../pskc/names.ts';
import { checkOrdinary } from './ordinary.ts';
import { MANUFACTURER, type Token } from './token.ts';

/** The encryption of a new file. */
export type PskcEncryption =
  | { readonly password: string }
  /** 16, 24 or 32 bytes, a key shared with the reader of the file. */
  | { readonly key: Uint8Array };

export type RandomBytes = (length: number) => Uint8Array;

/** The name of a pre-shared key in a file. */
const KEY_NAME = 'Pre-shared-key';

/** @throws FobError `bad-input` for an account that PSKC readers do not support, or a name that XML cannot hold */
export function checkPskc({ user, enrolment }: Token): void {
  checkOrdinary(enrolment, 'PSKC');
  xml(enrolment.issuer);
  xml(enrolment.label);
  xml(user.name);
}

/**
 * Writes a PSKC file (RFC 6030) with encrypted secrets, each with a MAC. Under a password it uses the algorithms that
 * RFC 6030 makes mandatory, because servers read those: AES-128-CBC, HMAC-SHA-1, PBKDF2 with HMAC-SHA-1.
 * @param sealing undefined: readable secrets, without MACs
 */
export async function writePskc(
  tokens: readonly Token[],
  sealing: PskcEncryption | undefined,
  random: RandomBytes,
): Promise<string> {
  const { head, secretOf } = sealing === undefined ? PLAIN : await sealed(sealing, random);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<KeyContainer Version="1.0" xmlns="${PSKC}" xmlns:ds="${XMLDSIG}" xmlns:xenc="${XMLENC}">`,
    ...head,
    ...tokens.flatMap(token => packageOf(token, secretOf(token.enrolment.secret))),
    '</KeyContainer>',
  ];
  return `${lines.join('\n')}\n`;
}

/** The parts of a file that depend on its encryption. */
interface Protection {
  readonly head: readonly string[];
  /** Returns the content of the element Secret. */
  secretOf(secret: Uint8Array): string;
}

const PLAIN: Protection = {
  head: [],
  secretOf: secret => `<PlainValue>${base64(secret)}</PlainValue>`,
};

async function sealed(sealing: PskcEncryption, random: RandomBytes): Promise<Protection> {
  const { key, description } = await keyFor(sealing, random);
  const [uri, cipher] = cipherFor(key);
  const macKey = random(MAC_KEY_WRITTEN_BYTES);
  const seal = (plain: Uint8Array) => sealedBytes(cipher, key, plain, random);
  return {
    head: [
      ` <EncryptionKey>${description}</EncryptionKey>`,
      ` <MACMethod Algorithm="${XMLDSIG}hmac-sha1">`,
      `  <MACKey>${encryptedParts(uri, seal(macKey))}</MACKey>`,
      ' </MACMethod>',
    ],
    secretOf(secret) {
      const bytes = seal(secret);
      const mac = createHmac('sha1', macKey).update(bytes).digest();
      return `<EncryptedValue>${encryptedParts(uri, bytes)}</EncryptedValue><ValueMAC>${base64(mac)}</ValueMAC>`;
    },
  };
}

async function keyFor(
  sealing: PskcEncryption,
  random: RandomBytes,
): Promise<{ key: Uint8Array; description: string }> {
  if ('key' in sealing) {
    return { key: sealing.key, description: `<ds:KeyName>${KEY_NAME}</ds:KeyName>` };
  }
  const salt = random(SALT_WRITTEN_BYTES);
  const keyBytes = 16;
  const key = await pbkdf2Key(sealing.password, {
    salt,
    iterations: ITERATIONS_WRITTEN,
    keyBytes,
    hash: 'sha1',
  });
  const parameters = [
    `<Salt xmlns=""><Specified>${base64(salt)}</Specified></Salt>`,
    `<IterationCount xmlns="">${ITERATIONS_WRITTEN}</IterationCount>`,
    `<KeyLength xmlns="">${keyBytes}</KeyLength>`,
  ].join('');
  const description = [
    `<xenc11:DerivedKey xmlns:xenc11="${XMLENC11}" xmlns:pkcs5="${PKCS5}">`,
    `<xenc11:KeyDerivationMethod Algorithm="${PKCS5}pbkdf2">`,
    `<pkcs5:PBKDF2-params>${parameters}</pkcs5:PBKDF2-params>`,
    '</xenc11:KeyDerivationMethod></xenc11:DerivedKey>',
  ].join('');
  return { key, description };
}

function cipherFor(key: Uint8Array): [uri: string, cipher: Cipher] {
  const found = Object.entries(CIPHERS).find(([, { keyBytes }]) => keyBytes === key.length);
  if (found !== undefined) return found;
  throw badInput('The key does not have 16, 24 or 32 bytes.', 'Give a key of AES.');
}

function sealedBytes({ name }: Cipher, key: Uint8Array, plain: Uint8Array, random: RandomBytes): Buffer {
  const vector = random(16);
  const aes = createCipheriv(name, key, vector);
  return Buffer.concat([vector, aes.update(plain), aes.final()]);
}

function encryptedParts(uri: string, sealed: Uint8Array): string {
  return [
    `<xenc:EncryptionMethod Algorithm="${uri}"/>`,
    `<xenc:CipherData><xenc:CipherValue>${base64(sealed)}</xenc:CipherValue></xenc:CipherData>`,
  ].join('');
}

/** Elements in the order of the schema (RFC 6030 §11). */
function packageOf({ serial, device, model, user, enrolment }: Token, secret: string): string[] {
  const { kind, algorithm, digits, issuer, label, period, counter } = enrolment;
  const isTotp = kind === KIND_TOTP;
  const suite = algorithm === SHA1 ? '' : `<Suite>HMAC-${NAMES_OF_ALGORITHMS[algorithm]}</Suite>`;
  const moving = isTotp
    ? `<Time><PlainValue>0</PlainValue></Time><TimeInterval><PlainValue>${period}</PlainValue></TimeInterval>`
    : `<Counter><PlainValue>${counter}</PlainValue></Counter>`;
  return [
    ' <KeyPackage>',
    `  <DeviceInfo><Manufacturer>${MANUFACTURER}</Manufacturer><SerialNo>${xml(serial)}</SerialNo><Model>${xml(model)}</Model></DeviceInfo>`,
    `  <CryptoModuleInfo><Id>${xml(device)}</Id></CryptoModuleInfo>`,
    `  <Key Id="${xml(serial)}" Algorithm="${PSKC}:${isTotp ? 'totp' : 'hotp'}">`,
    ...(issuer === '' ? [] : [`   <Issuer>${xml(issuer)}</Issuer>`]),
    `   <AlgorithmParameters>${suite}<ResponseFormat Length="${digits}" Encoding="DECIMAL"/></AlgorithmParameters>`,
    ...(label === '' ? [] : [`   <FriendlyName>${xml(label)}</FriendlyName>`]),
    `   <Data><Secret>${secret}</Secret>${moving}</Data>`,
    ...(user.name === label ? [] : [`   <UserId>${xml(user.name)}</UserId>`]),
    '   <Policy><KeyUsage>OTP</KeyUsage></Policy>',
    '  </Key>',
    ' </KeyPackage>',
  ];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(text: string): string {
  // XML cannot hold these two characters, even escaped (XML 1.0 §2.2); fobs refuse the others.
  if (/[\ufffe\uffff]/.test(text)) {
    throw badInput('A name holds a character that XML cannot hold.', 'Rename the account.');
  }
  return text.replace(/[&<>"]/g, char => ESCAPES[char] ?? char);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
