import { createCipheriv, createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Algorithm, hashRawSync } from '@node-rs/argon2';
import { type Picture, png, qrPicture, sideBySide } from '../enrol/images.ts';
import { answersFor, KEY, PASSWORD } from './keys.ts';

/**
 * Files of the corpus that no editor can write: encrypted ones, protocol buffers, pictures. They are the same each
 * time. What an encrypted file holds is mostly another file of the corpus.
 */

/** Of RFC 4226. */
const SECRET = new TextEncoder().encode('12345678901234567890');
const BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const URI = `otpauth://totp/Example:alice?secret=${BASE32}&issuer=Example&algorithm=SHA1&digits=6&period=30`;

const corpus = (name: string) => readFileSync(new URL(`corpus/${name}`, import.meta.url), 'utf8');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
/** Texts as the lines of a file. */
const lines = (...texts: readonly string[]) => `${texts.join('\n')}\n`;

/** Returns deterministic bytes in place of randomness. */
function fixedBytes(length: number, from: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + from) & 255);
}

function seal256(key: Uint8Array, nonce: Uint8Array, plain: string, context = '') {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { sealed, tag: cipher.getAuthTag() };
}

/** By another implementation than the reader's. Memory in KiB. */
function argon2id(salt: Uint8Array, memoryCost: number, timeCost: number, parallelism: number): Uint8Array {
  const cost = { memoryCost, timeCost, parallelism, outputLen: 32 };
  // A constant enumeration of the package's types has no value for a bundler.
  return new Uint8Array(hashRawSync(PASSWORD, { ...cost, algorithm: 2 satisfies Algorithm.Argon2id, salt }));
}

interface Exported {
  readonly name: string;
  readonly issuer?: string;
  readonly algorithm?: number;
  readonly digits?: number;
  readonly type?: number;
  readonly counter?: number;
  readonly secret?: Uint8Array;
}

/** Returns one image of Google Authenticator, as the URI that it holds. */
export function migrationUri(
  accounts: readonly Exported[],
  part: { size?: number; index?: number; batch?: number } = {},
): string {
  const writer = new BinaryWriter();
  for (const { name, issuer = '', algorithm = 1, digits = 1, type = 2, counter = 0, secret } of accounts) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).bytes(secret ?? SECRET);
    writer.tag(2, WireType.LengthDelimited).string(name);
    writer.tag(3, WireType.LengthDelimited).string(issuer);
    for (const [field, value] of [algorithm, digits, type].entries()) {
      writer.tag(field + 4, WireType.Varint).int32(value);
    }
    writer.tag(7, WireType.Varint).int64(counter);
    writer.tag(8, WireType.LengthDelimited).string('a field of a later version');
    writer.join();
  }
  writer.tag(2, WireType.Varint).int32(1);
  writer.tag(3, WireType.Varint).int32(part.size ?? 1);
  writer.tag(4, WireType.Varint).int32(part.index ?? 0);
  writer.tag(5, WireType.Varint).int32(part.batch ?? -1_234_567);
  const data = Buffer.from(writer.finish()).toString('base64');
  return `otpauth-migration://offline?data=${encodeURIComponent(data)}`;
}

const part = (index: number, batch = 77, size = 3) =>
  migrationUri([{ name: `Example:user${index}`, issuer: 'Example' }, { name: `plain${index}` }], {
    size,
    index,
    batch,
  });

function migrations(): [string, string][] {
  const good = [
    { name: 'Example:alice', issuer: 'Example' },
    { name: 'bob', issuer: 'Example', type: 1, counter: 12, digits: 2 },
    { name: 'carol', algorithm: 2 },
    { name: 'dave', algorithm: 3, issuer: 'The Very Long Name Of Some Company Ltd' },
    { name: 'unspecified', algorithm: 0, digits: 0 },
  ];
  const odd = [
    { name: 'md5', algorithm: 4 },
    { name: 'no type', type: 0 },
    { name: 'digits', digits: 3 },
    { name: 'short', secret: fixedBytes(5, 1) },
    { name: 'none', secret: new Uint8Array(0) },
    { name: 'counter', type: 1, counter: -1 },
  ];
  const whole = migrationUri(good);
  return [
    ['migration-good.txt', lines(whole)],
    ['migration-odd.txt', lines(migrationUri(odd))],
    ['migration-three-parts.txt', lines(part(2), part(0), part(1))],
    ['migration-part-missing.txt', lines(part(0), part(2))],
    ['migration-part-twice.txt', lines(part(0, 5, 2), part(1, 5, 2), part(0, 5, 2))],
    ['migration-two-exports.txt', lines(part(0, 5, 1), part(0, 6, 1), `otpauth://totp/x?secret=${BASE32}`)],
    [
      'migration-damaged.txt',
      lines(whole.slice(0, -40), whole.replace('data=', 'data=%00'), whole.replace('data=', 'x=')),
    ],
    ['migration-impossible-part.txt', lines(part(3), part(-1), part(0, 1, 100_000))],
  ];
}

function aegis(change: { n?: number; damage?: boolean } = {}): string {
  const entry = {
    type: 'totp',
    name: 'Bob',
    issuer: 'Example',
    info: { secret: BASE32, algo: 'SHA1', digits: 6, period: 30 },
  };
  const master = fixedBytes(32, 3);
  const salt = fixedBytes(32, 9);
  const wrapping = scryptSync(PASSWORD, salt, 32, { N: 32_768, r: 8, p: 1, maxmem: 2 ** 26 });
  const cipher = createCipheriv('aes-256-gcm', wrapping, fixedBytes(12, 1));
  const key = Buffer.concat([cipher.update(master), cipher.final()]);
  const params = (nonce: Uint8Array, tag: Uint8Array) => ({ nonce: hex(nonce), tag: hex(tag) });
  const { sealed, tag } = seal256(
    master,
    fixedBytes(12, 2),
    JSON.stringify({ version: 1, entries: [entry] }),
  );
  if (change.damage === true) sealed[5] = (sealed[5] ?? 0) ^ 1;
  const slots = [
    {
      type: 2,
      uuid: 'a',
      key: hex(fixedBytes(32, 4)),
      key_params: params(fixedBytes(12, 5), fixedBytes(16, 6)),
    },
    {
      type: 1,
      uuid: 'b',
      key: hex(key),
      key_params: params(fixedBytes(12, 1), cipher.getAuthTag()),
      n: change.n ?? 32_768,
      r: 8,
      p: 1,
      salt: hex(salt),
    },
  ];
  const header = { slots, params: params(fixedBytes(12, 2), tag) };
  return json({ version: 1, header, db: base64(sealed) });
}

/** Returns a vault whose slots require so much work, and open with no password. */
export function slottedAegis(costs: readonly { n: number; r: number; p: number }[]): string {
  const params = { nonce: hex(fixedBytes(12, 5)), tag: hex(fixedBytes(16, 6)) };
  const slots = costs.map(cost => ({
    type: 1,
    uuid: 'a',
    key: hex(fixedBytes(32, 4)),
    key_params: params,
    salt: hex(fixedBytes(32, 9)),
    ...cost,
  }));
  return JSON.stringify({ version: 1, header: { slots, params }, db: base64(fixedBytes(64, 1)) });
}

function twoFas(): string {
  const service = {
    name: 'Example',
    secret: BASE32,
    otp: { account: 'alice', tokenType: 'TOTP', digits: 6, period: 30 },
  };
  const salt = fixedBytes(256, 1);
  const key = pbkdf2Sync(PASSWORD, salt, 10_000, 32, 'sha256');
  const { sealed, tag } = seal256(key, fixedBytes(12, 8), JSON.stringify([service]));
  const parts = [Buffer.concat([sealed, tag]), salt, fixedBytes(12, 8)].map(base64);
  return `${JSON.stringify({ services: [], servicesEncrypted: parts.join(':'), schemaVersion: 4 })}\n`;
}

const BITWARDEN_SALT = 'c2FsdCBvZiB0aGUgZXhwb3J0';

function bitwarden(master: Uint8Array, kdf: object, totp: string): string {
  const stretch = (use: string) => createHmac('sha256', master).update(`${use}\u0001`).digest();
  const sealed = (plain: string, from: number) => {
    const iv = fixedBytes(16, from);
    const cipher = createCipheriv('aes-256-cbc', stretch('enc'), iv);
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    const mac = createHmac('sha256', stretch('mac')).update(iv).update(text).digest();
    return `2.${[iv, text, mac].map(base64).join('|')}`;
  };
  const item = { type: 1, name: 'Example', login: { username: 'alice', totp } };
  return json({
    encrypted: true,
    passwordProtected: true,
    salt: BITWARDEN_SALT,
    ...kdf,
    encKeyValidation_DO_NOT_EDIT: sealed('0d0c4b25-4bb4-4b05-9d2a-d3a0b5a4c6ab', 1),
    data: sealed(JSON.stringify({ encrypted: false, folders: [], items: [item] }), 2),
  });
}

function bitwardenPbkdf2(): string {
  const master = pbkdf2Sync(PASSWORD, BITWARDEN_SALT, 100_000, 32, 'sha256');
  return bitwarden(master, { kdfType: 0, kdfIterations: 100_000 }, BASE32);
}

function bitwardenArgon2id(): string {
  const hashed = new Uint8Array(createHash('sha256').update(BITWARDEN_SALT).digest());
  const kdf = { kdfType: 1, kdfIterations: 3, kdfMemory: 16, kdfParallelism: 4 };
  return bitwarden(argon2id(hashed, 16_384, 3, 4), kdf, URI);
}

/** Iterations, salt, nonce, ciphertext and tag. */
function andOtpEncrypted(): Uint8Array {
  const iterations = Buffer.alloc(4);
  iterations.writeUInt32BE(145_776);
  const salt = fixedBytes(12, 11);
  const key = pbkdf2Sync(PASSWORD, salt, 145_776, 32, 'sha1');
  const { sealed, tag } = seal256(key, fixedBytes(12, 12), corpus('andotp.json'));
  return new Uint8Array(Buffer.concat([iterations, salt, fixedBytes(12, 12), sealed, tag]));
}

function stratumEncrypted(): Uint8Array {
  const [salt, nonce] = [fixedBytes(16, 21), fixedBytes(12, 22)];
  const { sealed, tag } = seal256(argon2id(salt, 65_536, 3, 4), nonce, corpus('stratum.json'));
  return new Uint8Array(Buffer.concat([Buffer.from('AUTHENTICATORPRO'), salt, nonce, sealed, tag]));
}

function stratumOld(): Uint8Array {
  const [salt, iv] = [fixedBytes(20, 23), fixedBytes(16, 24)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(PASSWORD, salt, 64_000, 32, 'sha1'), iv);
  const sealed = Buffer.concat([cipher.update(corpus('stratum.json')), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from('AuthenticatorPro'), salt, iv, sealed]));
}

function protonEncrypted(): string {
  const [salt, nonce] = [fixedBytes(16, 31), fixedBytes(12, 32)];
  const key = argon2id(salt, 19_456, 2, 1);
  const { sealed, tag } = seal256(key, nonce, corpus('proton.json'), 'proton.authenticator.export.v1');
  const content = base64(Buffer.concat([nonce, sealed, tag]));
  return JSON.stringify({ version: 1, salt: base64(salt), content });
}

/** As ActivIdentity delivered tokens: one initialisation vector for all, and MACs over the values themselves. */
async function draftEncrypted(name: string): Promise<string> {
  const key = await answersFor(name).key(name, '');
  const iv = fixedBytes(16, 51);
  const cipher = createCipheriv('aes-128-cbc', key, iv);
  const value = base64(Buffer.concat([cipher.update(SECRET), cipher.final()]));
  const keyOf = (id: string, mac: Uint8Array) =>
    `<Device><DeviceId><Manufacturer>Maker</Manufacturer><SerialNo>${id}</SerialNo></DeviceId><Key KeyAlgorithm="http://www.ietf.org/keyprov/pskc#hotp" KeyId="${id}"><Issuer>Example</Issuer><Usage OTP="true"><ResponseFormat Format="DECIMAL" Length="8"/></Usage><Data Name="SECRET"><Value>${value}</Value><ValueDigest>${base64(mac)}</ValueDigest></Data><Data Name="COUNTER"><Value>AAAAAAAAACo=</Value></Data></Key></Device>`;
  return lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:container:1.0" version="1.0">',
    `<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"><IV>${base64(iv)}</IV></EncryptionMethod>`,
    '<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"/>',
    keyOf('0950380269', createHmac('sha1', key).update(SECRET).digest()),
    keyOf('0950380270', fixedBytes(20, 1)),
    '</KeyContainer>',
  );
}

/** AES-256, HMAC-SHA-256 and a MAC with the key of the encryption: allowed, but in no figure of the RFC. */
function pskc256(hash = 'sha256'): string {
  const iv = fixedBytes(16, 40);
  const cipher = createCipheriv('aes-256-cbc', KEY, iv);
  const value = Buffer.concat([iv, cipher.update(SECRET), cipher.final()]);
  const mac = createHmac(hash, KEY).update(value).digest();
  return `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
<EncryptionKey><ds:KeyName xmlns:ds="http://www.w3.org/2000/09/xmldsig#">Ours</ds:KeyName></EncryptionKey>
<MACMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-${hash}"/>
<KeyPackage><Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp"><Issuer>Example</Issuer>
<AlgorithmParameters><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters>
<Data><Secret><EncryptedValue><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/>
<xenc:CipherData><xenc:CipherValue>${base64(value)}</xenc:CipherValue></xenc:CipherData></EncryptedValue>
<ValueMAC>${base64(mac)}</ValueMAC></Secret></Data></Key></KeyPackage></KeyContainer>
`;
}

/** An encrypted value with its MAC. */
function pskcValue(plain: Uint8Array, from: number): string {
  const iv = fixedBytes(16, from);
  const cipher = createCipheriv('aes-256-cbc', KEY, iv);
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final()]);
  const mac = createHmac('sha256', KEY).update(sealed).digest();
  return `<EncryptedValue><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/><xenc:CipherData><xenc:CipherValue>${base64(sealed)}</xenc:CipherValue></xenc:CipherData></EncryptedValue><ValueMAC>${base64(mac)}</ValueMAC>`;
}

const pskcOf = (...keys: readonly string[]) =>
  lines(
    '<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">',
    '<EncryptionKey><ds:KeyName xmlns:ds="http://www.w3.org/2000/09/xmldsig#">Ours</ds:KeyName></EncryptionKey>',
    '<MACMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>',
    ...keys,
    '</KeyContainer>',
  );

/** OCRA keys with their suites, one with an encrypted counter. */
function pskcOcra(): string {
  const key = (id: number, suite: string, counter: string) =>
    `<KeyPackage><DeviceInfo><SerialNo>OC-${id}</SerialNo></DeviceInfo><Key Id="${id}" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:ocra"><Issuer>Example</Issuer><AlgorithmParameters><Suite>${suite}</Suite><ChallengeFormat Min="8" Max="8" Encoding="DECIMAL"/><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters><Data><Secret>${pskcValue(SECRET, id)}</Secret>${counter}</Data></Key></KeyPackage>`;
  const counter = `<Counter>${pskcValue(Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 2]), 61)}</Counter>`;
  return pskcOf(
    key(1, 'OCRA-1:HOTP-SHA1-6:QN08', ''),
    key(2, 'OCRA-1:HOTP-SHA1-6:C-QN08-PSHA1', counter),
    key(3, 'OCRA-1:HOTP-SHA1-8:QN08', ''),
    key(4, 'OCRA-1:HOTP-MD5-6:QN08', ''),
  );
}

/** Counter, interval and time encrypted beside the secret, each with its MAC: as numbers of RFC 6030, and as decimals. */
function pskcNumbers(): string {
  const text = (plain: string) => new TextEncoder().encode(plain);
  const whole = (number: number, length: number) =>
    Uint8Array.from({ length }, (_, at) => Math.floor(number / 256 ** (length - 1 - at)) & 255);
  const key = (id: number, type: string, data: string) =>
    `<KeyPackage><Key Id="${id}" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:${type}"><Issuer>Example</Issuer><AlgorithmParameters><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters><Data><Secret>${pskcValue(SECRET, id)}</Secret>${data}</Data></Key></KeyPackage>`;
  const swapped = pskcValue(whole(7, 8), 9).replace('<ValueMAC>', '<ValueMAC>AA');
  return pskcOf(
    key(1, 'hotp', `<Counter>${pskcValue(whole(4_711, 8), 5)}</Counter>`),
    key(2, 'hotp', `<Counter>${pskcValue(text('4711'), 6)}</Counter>`),
    key(
      3,
      'totp',
      `<Time>${pskcValue(whole(0, 4), 7)}</Time><TimeInterval>${pskcValue(whole(60, 4), 8)}</TimeInterval>`,
    ),
    key(4, 'hotp', `<Counter>${swapped}</Counter>`),
  );
}

async function pictures(): Promise<[string, Uint8Array][]> {
  const uri = `otpauth://totp/Example:alice?secret=${BASE32}&issuer=Example`;
  const blank: Picture = { width: 60, height: 60, pixels: new Uint8Array(3600).fill(255) };
  const whole = png(await qrPicture(uri));
  return [
    ['picture-uri.png', whole],
    ['picture-migration.png', png(await qrPicture(part(0, 9, 1)))],
    [
      'picture-two-parts.png',
      png(sideBySide(await qrPicture(part(0, 9, 2)), await qrPicture(part(1, 9, 2)))),
    ],
    ['picture-other-code.png', png(await qrPicture('https://example.com/'))],
    ['picture-no-code.png', png(blank)],
    ['picture-cut.png', whole.slice(0, 60)],
  ];
}

/** Returns every generated file by its name. */
export async function madeFiles(): Promise<Map<string, Uint8Array>> {
  const texts: (readonly [string, string])[] = [
    ...migrations(),
    ['aegis-encrypted.json', aegis()],
    ['aegis-wrong-password.json', aegis()],
    ['aegis-damaged.json', aegis({ damage: true })],
    ['aegis-scrypt-bomb.json', aegis({ n: 2 ** 30 })],
    ['2fas-encrypted.2fas', twoFas()],
    ['2fas-wrong-password.2fas', twoFas()],
    ['bitwarden-protected.json', bitwardenPbkdf2()],
    ['bitwarden-wrong-password.json', bitwardenPbkdf2()],
    ['bitwarden-argon2id.json', bitwardenArgon2id()],
    ['proton-encrypted.json', protonEncrypted()],
    ['pskc-aes-256.xml', pskc256()],
    ['pskc-mac-sha384-aes-256.xml', pskc256('sha384')],
    ['pskc-numbers-aes-256.xml', pskcNumbers()],
    ['pskc-ocra-aes-256.xml', pskcOcra()],
    ['pskc-draft-encrypted.xml', await draftEncrypted('pskc-draft-encrypted.xml')],
  ];
  const stratum = stratumEncrypted();
  return new Map<string, Uint8Array>([
    ...texts.map(([name, text]) => [name, new TextEncoder().encode(text)] as const),
    ['andotp-encrypted.bin', andOtpEncrypted()],
    ['andotp-wrong-password.bin', andOtpEncrypted()],
    ['stratum-encrypted.authpro', stratum],
    ['stratum-cut.authpro', stratum.slice(0, 40)],
    ['stratum-old.authpro', stratumOld()],
    ['stratum-old-wrong-password.authpro', stratumOld()],
    ...(await pictures()),
  ]);
}
