import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { type Algorithm, hashRawSync } from '@node-rs/argon2';
import { PASSWORD } from './keys.ts';
import { BASE32, base64, fixedBytes, json, lines, SECRET, seal256 } from './made-parts.ts';

/** Files as apps and password managers export them, plain and encrypted. */

/** By another implementation than the reader's. Memory in KiB. */
function argon2id(salt: Uint8Array, memoryCost: number, timeCost: number, parallelism: number): Uint8Array {
  const cost = { memoryCost, timeCost, parallelism, outputLen: 32 };
  // A constant enumeration of the package's types has no value for a bundler.
  return new Uint8Array(hashRawSync(PASSWORD, { ...cost, algorithm: 2 satisfies Algorithm.Argon2id, salt }));
}

const URI = `otpauth://totp/Example:alice?secret=${BASE32}&issuer=Example&algorithm=SHA1&digits=6&period=30`;
const LONG_URI = `otpauth://totp/Example:carol?secret=${BASE32}&issuer=Example&algorithm=SHA256&digits=8&period=60`;

function andOtp(): string {
  const entry = (label: string, more: object) => ({
    secret: BASE32,
    issuer: 'Example',
    label,
    digits: 6,
    type: 'TOTP',
    algorithm: 'SHA1',
    thumbnail: 'Default',
    last_used: 1_700_000_000_000,
    used_frequency: 0,
    ...more,
    tags: [],
  });
  return JSON.stringify([
    entry('alice', { period: 30 }),
    entry('bob', { type: 'HOTP', counter: 5 }),
    entry('carol', { digits: 8, algorithm: 'SHA256', period: 60 }),
    entry('dave', { algorithm: 'SHA512', secret: `${BASE32}======` }),
    entry('gamer', { type: 'STEAM', digits: 5 }),
    entry('erin', { type: 'MOTP' }),
    entry('broken', { secret: 'GEZDGNBV0Y3TQOJQ' }),
    'no entry',
  ]);
}

/** Iterations, salt, nonce, ciphertext and tag. */
function andOtpEncrypted(): Uint8Array {
  const iterations = Buffer.alloc(4);
  iterations.writeUInt32BE(145_776);
  const salt = fixedBytes(12, 11);
  const key = pbkdf2Sync(PASSWORD, salt, 145_776, 32, 'sha1');
  const { sealed, tag } = seal256(key, fixedBytes(12, 12), andOtp());
  return new Uint8Array(Buffer.concat([iterations, salt, fixedBytes(12, 12), sealed, tag]));
}

function stratum(): string {
  const entry = (Username: string, more: object) => ({
    Type: 2,
    Icon: null,
    Issuer: 'Example',
    Username,
    Secret: BASE32,
    Pin: null,
    Algorithm: 0,
    Digits: 6,
    Period: 30,
    Counter: 0,
    Ranking: 0,
    ...more,
  });
  return JSON.stringify({
    Authenticators: [
      entry('alice', {}),
      entry('bob', { Type: 1, Counter: 7 }),
      entry('carol', { Algorithm: 1, Digits: 8, Period: 60 }),
      entry('dave', { Algorithm: 2 }),
      entry('gamer', { Type: 4, Digits: 5 }),
      entry('erin', { Type: 3, Pin: '1234' }),
      entry('yandex', { Type: 5 }),
    ],
    Categories: [],
    AuthenticatorCategories: [],
    CustomIcons: [],
  });
}

function stratumEncrypted(): Uint8Array {
  const salt = fixedBytes(16, 21);
  const key = argon2id(salt, 65_536, 3, 4);
  const { sealed, tag } = seal256(key, fixedBytes(12, 22), stratum());
  return new Uint8Array(
    Buffer.concat([Buffer.from('AUTHENTICATORPRO'), salt, fixedBytes(12, 22), sealed, tag]),
  );
}

function stratumOld(): Uint8Array {
  const [salt, iv] = [fixedBytes(20, 23), fixedBytes(16, 24)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(PASSWORD, salt, 64_000, 32, 'sha1'), iv);
  const sealed = Buffer.concat([cipher.update(stratum()), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from('AuthenticatorPro'), salt, iv, sealed]));
}

function proton(): string {
  const entry = (uri: string, name: string, entry_type = 'Totp') => ({
    id: 'a19e0019',
    content: { uri, entry_type, name },
    note: null,
  });
  return json({
    version: 1,
    entries: [
      entry(URI, 'alice'),
      entry(`otpauth://totp/?secret=${BASE32}`, 'named beside'),
      entry(LONG_URI, 'carol'),
      entry(`steam://${BASE32}`, 'gamer', 'Steam'),
      { id: 'b', note: null },
    ],
  });
}

function protonEncrypted(): string {
  const salt = fixedBytes(16, 31);
  const key = argon2id(salt, 19_456, 2, 1);
  const { sealed, tag } = seal256(key, fixedBytes(12, 32), proton(), 'proton.authenticator.export.v1');
  const content = base64(Buffer.concat([fixedBytes(12, 32), sealed, tag]));
  return JSON.stringify({ version: 1, salt: base64(salt), content });
}

function protonPass(): string {
  const item = (name: string, type: string, content: object) => ({
    itemId: 'x',
    data: { metadata: { name, note: '' }, extraFields: [], type, content },
  });
  return json({
    encrypted: false,
    version: '1.21.2',
    vaults: {
      first: {
        name: 'Personal',
        items: [
          item('Example', 'login', {
            itemEmail: '',
            itemUsername: 'alice',
            password: 'hunter2',
            totpUri: URI,
          }),
          item('Bare', 'login', { itemEmail: 'bob@example.com', itemUsername: '', totpUri: BASE32 }),
          item('Plain', 'login', { itemEmail: '', itemUsername: 'eve', totpUri: '' }),
          item('A note', 'note', {}),
        ],
      },
    },
  });
}

function bitwardenArgon2(memory: number): string {
  const sealed = `2.${base64(fixedBytes(16, 1))}|${base64(fixedBytes(48, 2))}|${base64(fixedBytes(32, 3))}`;
  const salt = 'c2FsdCBvZiB0aGUgZXhwb3J0';
  return json({
    encrypted: true,
    passwordProtected: true,
    salt,
    kdfType: 1,
    kdfIterations: 3,
    kdfMemory: memory,
    kdfParallelism: 4,
    encKeyValidation_DO_NOT_EDIT: sealed,
    data: sealed,
  });
}

function bitwardenArgon2id(): string {
  const salt = 'c2FsdCBvZiB0aGUgZXhwb3J0';
  const hashed = new Uint8Array(createHash('sha256').update(salt).digest());
  const master = argon2id(hashed, 16_384, 3, 4);
  const stretch = (use: string) => createHmac('sha256', master).update(`${use}\u0001`).digest();
  const sealed = (plain: string, from: number) => {
    const iv = fixedBytes(16, from);
    const cipher = createCipheriv('aes-256-cbc', stretch('enc'), iv);
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    const mac = createHmac('sha256', stretch('mac')).update(iv).update(text).digest();
    return `2.${[iv, text, mac].map(base64).join('|')}`;
  };
  const item = { type: 1, name: 'Example', login: { username: 'alice', totp: URI } };
  return json({
    encrypted: true,
    passwordProtected: true,
    salt,
    kdfType: 1,
    kdfIterations: 3,
    kdfMemory: 16,
    kdfParallelism: 4,
    encKeyValidation_DO_NOT_EDIT: sealed('0d0c4b25-4bb4-4b05-9d2a-d3a0b5a4c6ab', 1),
    data: sealed(JSON.stringify({ encrypted: false, folders: [], items: [item] }), 2),
  });
}

/** Raivo writes numbers as texts. */
function raivo(): string {
  const entry = (account: string, more: object) => ({
    account,
    issuer: 'Example',
    secret: BASE32,
    kind: 'TOTP',
    algorithm: 'SHA1',
    digits: '6',
    timer: '30',
    counter: '0',
    iconType: '',
    iconValue: '',
    pinned: 'false',
    ...more,
  });
  return json([
    entry('alice', {}),
    entry('bob', { kind: 'HOTP', counter: '4' }),
    entry('carol', { algorithm: 'SHA512', digits: '8', timer: '60' }),
    entry('broken', { digits: 'six' }),
  ]);
}

function lastPass(): string {
  const account = (userName: string, more: object) => ({
    accountID: 'x',
    lmiUserId: '',
    issuerName: 'Example',
    originalIssuerName: 'Example',
    userName,
    originalUserName: userName,
    pushNotification: false,
    secret: BASE32,
    timeStep: 30,
    digits: 6,
    creationTimestamp: 1_682_843_408_613,
    isFavorite: true,
    algorithm: 'SHA1',
    folderData: { folderId: 1, position: 0 },
    ...more,
  });
  const accounts = [
    account('alice', {}),
    account('carol', { timeStep: 60, digits: 8, algorithm: 'SHA256' }),
    account('nine', { digits: 9 }),
  ];
  return json({ deviceName: 'made', version: 3, accounts, folders: [] });
}

function duoMobile(): string {
  const entry = (name: string, otpGenerator: object) => ({
    version: 1,
    accountType: 'OtpAccount',
    name,
    otpGenerator,
    pkey: 'x',
  });
  return json([
    entry('alice', { otpSecret: BASE32 }),
    entry('bob', { otpSecret: BASE32, counter: 3 }),
    { version: 1, accountType: 'DuoAccount', name: 'push only' },
  ]);
}

/** Android's settings, which hold each token as JSON with its quotation marks as entities. */
function freeOtpSettings(): string {
  const token = (label: string, more: object) => {
    const secret = [...SECRET];
    const text = JSON.stringify({
      algo: 'SHA1',
      counter: 0,
      digits: 6,
      issuerExt: 'Example',
      issuerInt: 'Example',
      label,
      period: 30,
      secret,
      type: 'TOTP',
      ...more,
    });
    return ` <string name="Example:${label}">${text.replaceAll('"', '&quot;')}</string>`;
  };
  return lines(
    "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>",
    '<map>',
    token('alice', {}),
    token('bob', { type: 'HOTP', counter: 9 }),
    token('carol', { algo: 'SHA512', digits: 8, period: 60 }),
    ' <string name="tokenOrder">[&quot;Example:alice&quot;]</string>',
    ' <string name="other">broken {</string>',
    '</map>',
  );
}

function keePass(): string {
  const entry = (fields: Readonly<Record<string, string>>, more = '') =>
    `<Entry><UUID>AAAA</UUID>${Object.entries(fields)
      .map(
        ([key, value]) =>
          `<String><Key>${key}</Key><Value>${value.replaceAll('&', '&amp;')}</Value></String>`,
      )
      .join('')}${more}</Entry>`;
  const timed = { Title: 'Example', UserName: 'carol', 'TimeOtp-Secret-Base32': BASE32 };
  return lines(
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
    '<KeePassFile><Meta><Generator>made</Generator></Meta><Root><Group><Name>Root</Name>',
    entry(
      { Title: 'Example', UserName: 'alice', otp: URI },
      `<History>${entry({ Title: 'Old', otp: URI })}</History>`,
    ),
    entry({ ...timed, 'TimeOtp-Period': '60', 'TimeOtp-Length': '8', 'TimeOtp-Algorithm': 'HMAC-SHA-256' }),
    '<Group><Name>Inner</Name>',
    entry({
      Title: 'Example',
      UserName: 'bob',
      'HmacOtp-Secret-Hex': Buffer.from(SECRET).toString('hex'),
      'HmacOtp-Counter': '6',
    }),
    entry({ Title: 'Raw', UserName: 'dave', 'TimeOtp-Secret': '12345678901234567890' }),
    entry({ Title: 'Tray', UserName: 'erin', 'TOTP Seed': BASE32, 'TOTP Settings': '30;8' }),
    entry({ Title: 'Steam', UserName: 'gamer', 'TOTP Seed': BASE32, 'TOTP Settings': '30;S' }),
    entry({ Title: 'Plain', UserName: 'eve', Password: 'hunter2' }),
    '<Entry><String><Key>Title</Key><Value>Locked</Value></String><String><Key>otp</Key><Value Protected="True">AAAA</Value></String></Entry>',
    '</Group></Group></Root></KeePassFile>',
  );
}

const TABLES: readonly (readonly [string, string])[] = [
  [
    '1password.csv',
    lines(
      'Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes',
      `Example,https://example.com,alice,hunter2,${URI},false,false,,`,
      `Bare,https://example.net,bob,hunter3,${BASE32},false,false,,`,
      'Plain,https://example.org,eve,hunter4,,false,false,,',
      `Archived,https://example.com,carol,hunter5,${BASE32},false,true,,`,
    ),
  ],
  [
    'dashlane.csv',
    lines(
      'username,username2,username3,title,password,note,url,category,otpUrl',
      `alice,,,Example,hunter2,,https://example.com,,${URI}`,
    ),
  ],
  [
    'lastpass.csv',
    lines(
      'url,username,password,totp,extra,name,grouping,fav',
      `https://example.com,alice,hunter2,${BASE32},,Example,,0`,
      'https://example.net,bob,hunter3,,,Plain,,0',
      'https://example.org,eve,hunter4,not a secret!,,Broken,,0',
    ),
  ],
  [
    'proton-pass.csv',
    lines(
      'type,name,url,email,username,password,note,totp,createTime,modifyTime,vault',
      `login,Example,https://example.com,alice@example.com,,hunter2,,${URI},1,1,Personal`,
      'note,A note,,,,,text,,1,1,Personal',
    ),
  ],
];

/** Returns the files by their names. */
export function appFiles(): (readonly [string, Uint8Array])[] {
  const stratumKey = stratumEncrypted();
  const texts = [
    ['andotp.json', andOtp()],
    ['stratum.json', stratum()],
    ['proton.json', proton()],
    ['proton-encrypted.json', protonEncrypted()],
    ['proton-pass.json', protonPass()],
    ['proton-pass-encrypted.json', json({ encrypted: true, version: '1.21.2', vaults: {} })],
    ['bitwarden-argon2id.json', bitwardenArgon2id()],
    ['bitwarden-argon2-bomb.json', bitwardenArgon2(1_024)],
    ['raivo.json', raivo()],
    ['lastpass.json', lastPass()],
    ['duo-mobile.json', duoMobile()],
    ['freeotp-settings.xml', freeOtpSettings()],
    ['keepass.xml', keePass()],
    ...TABLES,
  ] as const;
  return [
    ...texts.map(([name, text]) => [name, new TextEncoder().encode(text)] as const),
    ['andotp-encrypted.bin', andOtpEncrypted()],
    ['andotp-wrong-password.bin', andOtpEncrypted()],
    ['stratum-encrypted.authpro', stratumKey],
    ['stratum-cut.authpro', stratumKey.slice(0, 40)],
    ['stratum-old.authpro', stratumOld()],
    ['stratum-old-wrong-password.authpro', stratumOld()],
  ];
}
