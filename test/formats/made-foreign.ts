import { BASE32, base64, HEX, json, lines, SECRET } from './made-parts.ts';

/** Files in the forms of writers that once were read wrongly, or not at all. */

const URI = `otpauth://totp/Example:alice?secret=${BASE32}&issuer=Example`;

/** Tables of tokens whose header says more, or less, than a reader may expect. */
const TABLES: readonly (readonly [string, string])[] = [
  ['table-counter.csv', lines('serial,secret,counter', `A-1,${BASE32},5`, `A-2,${BASE32},0`)],
  ['table-counter-hex.csv', lines('serial,key,counter', `B-1,${HEX},3`)],
  ['table-hexkey.csv', lines('hexkey,counter,digits', `${HEX},7,8`)],
  [
    'table-explained.csv',
    lines(
      'Name;Secret (Base32);Time interval (seconds);Number of digits;Hash (SHA-1 or SHA-256)',
      `alice;${BASE32};60;8;SHA-256`,
      `bob;${BASE32};30;6;SHA-1`,
    ),
  ],
  [
    'table-underscores.csv',
    lines('user,secret_key,interval_seconds,otp_length,T0,batch', `alice,${BASE32},60,8,0,7`),
  ],
  ['table-time-step.csv', lines('user,seed (hex),time step (s)', `alice,${HEX},60`)],
  ['table-uri-as-secret.csv', lines('user,secret,site', `alice,${URI},example.com`)],
  [
    'table-others.csv',
    lines(
      'user,secret,counter,period,t0',
      `counted-or-timed,${BASE32},1,30,0`,
      `other-time,${BASE32},,30,100`,
      `good,${BASE32},,30,0`,
    ),
  ],
  ['table-other-unit.csv', lines('user,secret,period (ms)', `alice,${BASE32},60000`)],
  ['bare-hex.csv', lines(`2600135004013,${HEX}`, `2600135004014,${HEX}`)],
  ['bare-long-seed.csv', lines(`865000000001,${HEX}${HEX.slice(0, 24)}`)],
];

const twoFAuth = () =>
  json({
    app: '2fauth_v5.4.3',
    schema: 1,
    datetime: '2025-01-01T00:00:00.000000Z',
    data: [
      {
        otp_type: 'totp',
        account: 'alice',
        service: 'Example',
        secret: BASE32,
        digits: 8,
        algorithm: 'sha256',
        period: 60,
        counter: null,
      },
      {
        otp_type: 'hotp',
        account: 'bob',
        service: 'Example',
        secret: BASE32,
        digits: 6,
        algorithm: 'sha1',
        period: null,
        counter: 4,
      },
      {
        otp_type: 'steamtotp',
        account: 'gamer',
        service: 'Steam',
        secret: BASE32,
        digits: 5,
        algorithm: 'sha1',
        period: 30,
        counter: null,
      },
    ],
  });

const authy = () =>
  json({
    message: 'success',
    decrypted_authenticator_tokens: [
      {
        account_type: 'google',
        decrypted_seed: BASE32,
        digits: 6,
        name: 'Example: alice',
        issuer: 'Example',
        unique_id: '1',
      },
      {
        account_type: 'authy',
        decrypted_seed: BASE32,
        digits: 7,
        name: 'Twitch',
        issuer: null,
        unique_id: '2',
      },
    ],
  });

const enpass = () => {
  const item = (title: string, totp: string, trashed = 0) => ({
    title,
    trashed,
    template_type: 'login.default',
    fields: [
      { type: 'username', value: 'alice' },
      { type: 'password', value: 'hunter2' },
      { type: 'totp', value: 'not this one', deleted: 1 },
      { type: 'totp', value: totp },
    ],
  });
  return json({
    folders: [],
    items: [item('Example', URI), item('Bare', BASE32), item('Gone', BASE32, 1), item('Plain', '')],
  });
};

const keycloak = () => {
  const otp = (value: string, data: object) => ({
    type: 'otp',
    secretData: JSON.stringify({ value }),
    credentialData: JSON.stringify(data),
  });
  return json({
    realm: 'example',
    users: [
      {
        username: 'alice',
        enabled: true,
        credentials: [
          { type: 'password', secretData: '{}' },
          otp('12345678901234567890', {
            subType: 'totp',
            digits: 8,
            counter: 0,
            period: 60,
            algorithm: 'HmacSHA256',
          }),
        ],
      },
      {
        username: 'bob',
        credentials: [
          otp(BASE32, {
            subType: 'hotp',
            digits: 6,
            counter: 9,
            period: 30,
            algorithm: 'HmacSHA1',
            secretEncoding: 'BASE32',
          }),
        ],
      },
      { username: 'carol', credentials: [] },
    ],
  });
};

function keePass(): string {
  const entry = (title: string, otp: string) =>
    `<Entry><String><Key>Title</Key><Value>${title}</Value></String><String><Key>otp</Key><Value>${otp.replaceAll('&', '&amp;')}</Value></String></Entry>`;
  return lines(
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
    '<KeePassFile><Meta><RecycleBinEnabled>True</RecycleBinEnabled><RecycleBinUUID>AAAAAAAAAAAAAAAAAAAAAQ==</RecycleBinUUID></Meta><Root><Group>',
    entry('KeeOtp', `key=${BASE32}&size=8&step=60`),
    entry('KeeOtp2', `key=${BASE32}&type=Hotp&counter=11&otpHashMode=Sha256`),
    entry('KeeOtp hex', `key=${HEX}&encoding=Hex`),
    entry('KeeOtp UTF-8', `key=12345678901234567890&encoding=UTF8`),
    '<Group><UUID>AAAAAAAAAAAAAAAAAAAAAQ==</UUID><Name>Recycle Bin</Name>',
    entry('Deleted', URI),
    '<Group>',
    entry('Deleted, too', URI),
    '</Group></Group></Group></Root></KeePassFile>',
  );
}

const protonTrash = () => {
  const item = (name: string, state: number) => ({
    state,
    data: { metadata: { name }, type: 'login', content: { itemUsername: 'alice', totpUri: URI } },
  });
  return json({
    version: '1.31.0',
    encrypted: false,
    vaults: { a: { name: 'Personal', items: [item('Live', 1), item('Gone', 2)] } },
  });
};

const enteTrash = () =>
  lines(
    `${URI}&codeDisplay=${encodeURIComponent('{"pinned":false,"trashed":false}')}`,
    `otpauth://totp/Example:bob?secret=${BASE32}&issuer=Example&codeDisplay=${encodeURIComponent('{"pinned":false,"trashed":true}')}`,
  );

/** As python-pskc writes it: an empty element where a file without encryption has none. */
const pythonPskc = () =>
  lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<pskc:KeyContainer xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc" Version="1.0">',
    ' <pskc:EncryptionKey/>',
    ' <pskc:KeyPackage><pskc:DeviceInfo><pskc:Manufacturer>Manufacturer</pskc:Manufacturer><pskc:SerialNo>987654321</pskc:SerialNo></pskc:DeviceInfo>',
    '  <pskc:Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp"><pskc:AlgorithmParameters><pskc:ResponseFormat Encoding="DECIMAL" Length="8"/></pskc:AlgorithmParameters>',
    `   <pskc:Data><pskc:Secret><pskc:PlainValue>${base64(SECRET)}</pskc:PlainValue></pskc:Secret><pskc:Counter><pskc:PlainValue>2</pskc:PlainValue></pskc:Counter></pskc:Data>`,
    '   <pskc:UserId>alice</pskc:UserId></pskc:Key></pskc:KeyPackage>',
    '</pskc:KeyContainer>',
  );

const keyWrapPskc = () =>
  lines(
    '<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Version="1.0">',
    ' <EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>',
    ' <KeyPackage><DeviceInfo><SerialNo>1</SerialNo></DeviceInfo><Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp"><AlgorithmParameters><ResponseFormat Encoding="DECIMAL" Length="6"/></AlgorithmParameters>',
    '  <Data><Secret><EncryptedValue><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#kw-aes128"/><xenc:CipherData><xenc:CipherValue>pBC2PQqPtcbV0jKhRaW0+PWGSNPOLMGmRDQ=</xenc:CipherValue></xenc:CipherData></EncryptedValue></Secret></Data>',
    ' </Key></KeyPackage></KeyContainer>',
  );

const graph = () =>
  json({
    '@context': '#$delta',
    value: [
      {
        '@contentId': '1',
        serialNumber: 'G-1',
        manufacturer: 'Passfob',
        model: 'pico',
        secretKey: BASE32,
        timeIntervalInSeconds: 60,
        hashFunction: 'hmacsha256',
      },
      {
        '@contentId': '2',
        serialNumber: 'G-2',
        manufacturer: 'Passfob',
        model: 'pico',
        secretKey: BASE32,
        timeIntervalInSeconds: 30,
        hashFunction: 'hmacsha1',
        assignTo: { id: '0cadbf92-5af6-4cf3-ba20-0d8ef63e4b4e' },
      },
    ],
  });

const okta = () =>
  json({
    factorProfile: {
      id: 'ftp1',
      otpLength: 8,
      hmacAlgorithm: 'HMacSHA512',
      timeStep: 60,
      sharedSecretEncoding: 'hexadecimal',
    },
    enrolments: [
      {
        serial: 'O-1',
        login: 'alice@example.com',
        body: {
          factorType: 'token:hotp',
          provider: 'CUSTOM',
          factorProfileId: 'ftp1',
          profile: { sharedSecret: HEX },
        },
      },
    ],
  });

/** Returns the files by their names. */
export function foreignFiles(): (readonly [string, Uint8Array])[] {
  const texts = [
    ...TABLES,
    ['2fauth.json', twoFAuth()],
    ['authy.json', authy()],
    [
      'closed-authy-encrypted.json',
      json({ authenticator_tokens: [{ encrypted_seed: 'AAAA', salt: 'x' }], success: true }),
    ],
    ['enpass.json', enpass()],
    ['ente-trash.txt', enteTrash()],
    ['graph.json', graph()],
    ['keepass-plugins.xml', keePass()],
    ['keycloak.json', keycloak()],
    ['okta.json', okta()],
    ['proton-pass-trash.json', protonTrash()],
    ['pskc-key-wrap.xml', keyWrapPskc()],
    ['pskc-by-python.xml', pythonPskc()],
  ] as const;
  return texts.map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
}
