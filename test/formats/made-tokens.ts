import { createCipheriv, createHmac } from 'node:crypto';
import { answersFor } from './keys.ts';
import { BASE32, base64, fixedBytes, HEX, lines, SECRET } from './made-parts.ts';

/** Seed files as makers of tokens deliver them, and as servers want them. */

const HEX32 = HEX + HEX.slice(0, 24);

const TABLES: readonly (readonly [string, string])[] = [
  [
    'yubico-traditional.csv',
    lines(
      'LOGGING START,11.12.13 18:55',
      `OATH-HOTP,11.12.13 18:55,1,cccccccccccc,,${HEX},,,0,0,0,6,0,0,0,0,0,0`,
      `OATH-HOTP,10.10.19 10:42,2,,,${HEX},,,0,0,0,8,0,0,0,0,0,0`,
      'Yubico OTP,12/11/2013 11:10,1,vvgutbiedkvi,ab86c04de6a3,d26a7c0f85fdda28bd816e406342b214,,,0,0,0,0,0,0,0,0,0,0',
      'Static Password,11.12.13 19:08,1,,d5a3d50327dc,0e8e37b0e38b314a56748c030f58d21d,,,0,0,0,0,0,0,0,0,0,0',
      'Static Password: Scan Code,17.04.12 12:25,1,051212172c092728,,,,,0,0,0,0,0,0,0,0,0,0',
      `Challenge-Response: HMAC-SHA1,17.04.12 12:25,2,,,${HEX},,,0,0,0,0,0,0,0,0,0,0`,
    ),
  ],
  [
    'yubico-flexible.csv',
    lines(
      '# OATH mode',
      `508326,,0,${HEX},,2013-12-12T08:41:07,`,
      '# Yubico mode',
      '508327,cccccccccccc,83cebdfb7b93,a47c5bf9c152202f577be6721c0113af,,2013-12-12T08:43:17,',
      '# static mode',
      '508328,,,9e2fd386224a7f77e9b5aee775464033,,2013-12-12T08:44:34,',
      '1,,0,0,000000000000,2021-07-20T12:42:35,',
    ),
  ],
  [
    'token2.csv',
    lines(`865000000001,${BASE32}`, `865000000002,${BASE32.toLowerCase()}`, '865000000003,not a seed'),
  ],
  ['feitian.txt', lines(`2600135004013   ${HEX} 30`, `2600135004014   ${HEX} 60`, '2600135004015 short 60')],
  ['feitian-base32.txt', lines(`2600135004013 ${BASE32}`, `2600135004014 ${BASE32}`)],
  ['duo-hotp.csv', lines(`duo-1,${HEX},0`, `duo-2,${HEX},12`, `duo-3,${HEX},many`)],
  ['duo-totp.csv', lines(`duo-1,${HEX},30`, `duo-2,${HEX},60`)],
  ['duo-unsaid.csv', lines(`duo-1,${HEX},30`)],
  ['bare-ambiguous.csv', lines('one,2345672345672345672345672345672A,30')],
  ['table-hex.csv', lines('serial number,secret key,user', `T-1,${HEX},alice`)],
  [
    'table-title-above.csv',
    lines('Tokens of the branch office', 'as of January', `user,secret`, `alice,${BASE32}`, 'bob,GEZD'),
  ],
  [
    'table-first-line-bad.csv',
    lines('tok0 1212', `tok1,${HEX},totp,6`, 'tok2,1212,totp,6', `tok3,${HEX},hotp,8`),
  ],
];

function safeNet(): string {
  const token = (serial: string, seed: string, counter: string) =>
    `<Token serial="${serial}"><CaseModel>5</CaseModel><Model>101</Model><ProductionDate>02/19/2009</ProductionDate><ProductName>eToken PASS</ProductName><Applications><Application ConnectorID="{ab1397d2-ddb6-4705-b66e-9f83f322deb9}"><Seed>${seed}</Seed><MovingFactor>${counter}</MovingFactor></Application></Applications></Token>`;
  return lines(
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Tokens>',
    token('00040008CFA5', HEX, '1'),
    token('00040008CFA6', HEX32, '9'),
    token('00040008CFA7', '123412354', '1'),
    token('00040008CFA8', '', '1'),
    '</Tokens>',
  );
}

function safeWord(): string {
  const token = (id: string, type: string, data: string) => [
    `dn: sccAuthenticatorId=${id}`,
    'objectclass: sccCompatibleToken',
    `sccAuthenticatorId: ${id}`,
    `sccTokenType: ${type}`,
    `sccTokenData: ${data}`,
    'sccSignature: MC0CFGxPAjrb0zg7MwFzrPibnC70klMn',
    '',
  ];
  return lines(
    '# ===== SafeWord Authenticator Records $Version: 100$ =====',
    ...token('MADE01', 'eToken-PASS-ES', `sccKey=${HEX.toUpperCase()};sccMode=E;sccPwLen=6;sccVer=6.20;`),
    ...token(
      'MADE02',
      'eToken-PASS-TS',
      `sccKey=${HEX};sccMode=T;sccPwLen=6;sccTick=30;sccPrTime=2013/03/12 00:00:00`,
    ),
    ...token(
      'MADE03',
      'eToken-PASS-TS',
      `sccKey=${HEX32};sccMode=T;sccPwLen=8;sccTick=60;crypto=HmacSHA256;sccVer=6.2;`,
    ),
    ...token('MADE04', 'other', 'sccMode=X;'),
  );
}

const PLAIN = base64(SECRET);

/** Names and structure of draft-hoyer-keyprov-portable-symmetric-key-container-00. */
function draftOf2006(): string {
  const secret = (id: string, algorithm: string, data: string, name = 'first') =>
    `<Secret SecretAlgorithm="${algorithm}" SecretId="${id}"><Issuer>Example</Issuer><Usage><ResponseFormat format="DECIMAL" length="6"/></Usage><FriendlyName>${name}</FriendlyName>${data}</Secret>`;
  const data = (name: string, value: string) =>
    `<Data Name="${name}"><Value>${value}</Value><ValueDigest>AAAA</ValueDigest></Data>`;
  return lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<SecretContainer xmlns="http://www.openauthentication.org/OATH/2006/08/PSKC" version="1.2">',
    '<EncryptionMethod algorithm="NONE"/><DigestMethod algorithm="HMAC-SHA1"/>',
    '<Device><DeviceId><Manufacturer>Maker</Manufacturer><SerialNo>0001</SerialNo></DeviceId>',
    secret('a', 'HOTP', data('SECRET', PLAIN) + data('COUNTER', 'AAAAAAAAAAw=')),
    secret('b', 'HOTP', data('SECRET', PLAIN) + data('COUNTER', '7'), 'second'),
    '</Device></SecretContainer>',
  );
}

/** As ActivIdentity delivered tokens: one initialisation vector for all, and MACs over the values themselves. */
function draftEncrypted(name: string): Promise<string> {
  return answersFor(name)
    .key(name, '')
    .then(key => {
      const iv = fixedBytes(16, 51);
      const cipher = createCipheriv('aes-128-cbc', key, iv);
      const value = base64(Buffer.concat([cipher.update(SECRET), cipher.final()]));
      const digest = base64(createHmac('sha1', key).update(SECRET).digest());
      const keyOf = (id: string, mac: string) =>
        `<Device><DeviceId><Manufacturer>Maker</Manufacturer><SerialNo>${id}</SerialNo></DeviceId><Key KeyAlgorithm="http://www.ietf.org/keyprov/pskc#hotp" KeyId="${id}"><Issuer>Example</Issuer><Usage OTP="true"><ResponseFormat Format="DECIMAL" Length="8"/></Usage><Data Name="SECRET"><Value>${value}</Value><ValueDigest>${mac}</ValueDigest></Data><Data Name="COUNTER"><Value>AAAAAAAAACo=</Value></Data></Key></Device>`;
      return lines(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:container:1.0" version="1.0">',
        `<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"><IV>${base64(iv)}</IV></EncryptionMethod>`,
        '<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"/>',
        keyOf('0950380269', digest),
        keyOf('0950380270', base64(fixedBytes(20, 1))),
        '</KeyContainer>',
      );
    });
}

/** draft-hoyer-keyprov-pskc-algorithm-profiles-01 and draft-ietf-keyprov-pskc-02: elements for values, old names around. */
function draftProfiles(namespace: string): string {
  const key = (id: string, algorithm: string, data: string, usage = 'Format') =>
    `<Device><DeviceInfo><Manufacturer>Maker</Manufacturer><SerialNo>${id}</SerialNo></DeviceInfo><Key KeyAlgorithm="${algorithm}" KeyId="${id}"><Issuer>Example</Issuer><Usage OTP="true"><ResponseFormat Length="8" ${usage}="DECIMAL"/></Usage><Data><Secret><PlainValue>\n${PLAIN}\n</PlainValue></Secret>${data}</Data></Key></Device>`;
  const value = (name: string, text: string) => `<${name}><PlainValue>${text}</PlainValue></${name}>`;
  const times = (drift: string) =>
    value('Time', '0') + value('TimeInterval', '60') + value('TimeDrift', drift);
  return lines(
    `<KeyContainer Version="1.0" xmlns="${namespace}">`,
    key('1', 'urn:ietf:params:xml:ns:keyprov:pskc#hotp', value('Counter', '3'), 'Encoding'),
    key('2', 'urn:ietf:params:xml:ns:keyprov:pskc#totp', times('0')),
    key('3', 'urn:ietf:params:xml:ns:keyprov:pskc#totp', times('4')),
    key('4', 'urn:ietf:params:xml:ns:keyprov:pskc#OCRA-1:HOTP-SHA512-8:C-QN08', value('Counter', '5')),
    key('5', 'http://www.actividentity.com/2008/04/algorithms/algorithms#ActivIdentity-3DES', ''),
    key('6', 'http://www.rsa.com/names/2008/04/algorithms/SecurID/SecurID-AES128-Counter', ''),
    '</KeyContainer>',
  );
}

function draftPassword(): string {
  return lines(
    '<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:container">',
    '<EncryptionMethod algorithm="PBE-3DES112-CBC"><PBESalt>y6TzckeLRQw=</PBESalt><PBEIterationCount>999</PBEIterationCount></EncryptionMethod>',
    '<Device><Key KeyAlgorithm="HOTP" KeyId="1"><Data Name="SECRET"><Value>AAAA</Value><ValueDigest>AAAA</ValueDigest></Data></Key></Device>',
    '</KeyContainer>',
  );
}

/** Returns the files by their names. */
export async function tokenFiles(): Promise<(readonly [string, string])[]> {
  return [
    ...TABLES,
    ['safenet.xml', safeNet()],
    ['safeword.dat', safeWord()],
    ['pskc-draft-2006.xml', draftOf2006()],
    ['pskc-draft-encrypted.xml', await draftEncrypted('pskc-draft-encrypted.xml')],
    ['pskc-draft-profiles.xml', draftProfiles('urn:ietf:params:xml:ns:keyprov:pskc:1.0')],
    ['pskc-draft-02.xml', draftProfiles('urn:ietf:params:xml:ns:keyprov:pskc')],
    [
      'pskc-empty-lines-above.xml',
      `\n \n${draftProfiles('urn:ietf:params:xml:ns:keyprov:pskc:1.0').replace(/^/, '<?xml version="1.0"?>\n')}`,
    ],
    ['pskc-draft-password.xml', draftPassword()],
  ];
}
