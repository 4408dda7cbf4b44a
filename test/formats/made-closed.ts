import { gzipSync } from 'node:zlib';
import { BASE32, fixedBytes, HEX, json, lines } from './made-parts.ts';

/** Files that no reader opens: beginnings of closed formats, and unknown ones. */

const bytes = (...parts: readonly (string | Uint8Array)[]) =>
  new Uint8Array(
    Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
  );
const zip = (name: string) =>
  bytes('PK\u0003\u0004', fixedBytes(22, 1), Uint8Array.of(name.length, 0, 0, 0), name, fixedBytes(40, 2));

const UNKNOWN: readonly (readonly [string, Uint8Array])[] = [
  ['unknown-secret-base32.txt', bytes(lines(BASE32))],
  ['unknown-secret-hex.txt', bytes(lines(HEX))],
  ['unknown-base64.txt', bytes(lines(Buffer.from(fixedBytes(90, 9)).toString('base64')))],
  [
    'unknown-text.txt',
    bytes(
      lines('# A project', '', 'It reads files, and more.', 'A program, say "one" or "two", writes them.'),
    ),
  ],
  ['unknown-xml.xml', bytes(lines('<tokens><token/></tokens>'))],
];

/** Returns the files by their names. */
export function closedFiles(): (readonly [string, Uint8Array])[] {
  return [
    ['closed-keepass.kdbx', bytes('\u0003\u00d9\u00a2\u009a\u0067\u00fb\u004b\u00b5', fixedBytes(60, 3))],
    ['closed-1password.1pux', zip('export.data')],
    ['closed-proton-pass.zip', zip('Proton Pass/data.json')],
    ['closed-raivo.zip', zip('raivo-otp-export.json')],
    ['closed-winauth.zip', zip('winauth.txt')],
    [
      'closed-freeotp2.xml',
      bytes('\u00ac\u00ed\u0000\u0005sr\u0000\u0011java.util.HashMap', fixedBytes(60, 4)),
    ],
    [
      'closed-google.db',
      bytes(
        'SQLite format 3\u0000',
        fixedBytes(80, 5),
        'CREATE TABLE accounts (_id INTEGER',
        fixedBytes(20, 6),
      ),
    ],
    ['closed-other.db', bytes('SQLite format 3\u0000', fixedBytes(80, 5))],
    ['closed.gz', new Uint8Array(gzipSync('packed'))],
    ['closed.pdf', bytes('%PDF-1.7\n', fixedBytes(40, 7))],
    ['closed.asc', bytes('-----BEGIN PGP MESSAGE-----\n\nhQEMA0xYZ\n-----END PGP MESSAGE-----\n')],
    ['closed.pem', bytes('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')],
    ['closed.ftk', bytes('FTK200CD', fixedBytes(40, 8), '\u0000')],
    ['closed.dpx', bytes('DIGIPASS EXPORT\nDES64 ONLY\n')],
    [
      'closed-authy.xml',
      bytes(
        '<?xml version=\'1.0\'?>\n<map><string name="com.authy.storage.tokens.authenticator.key">[]</string></map>\n',
      ),
    ],
    ['closed-settings.xml', bytes('<map><int name="version" value="1" /></map>\n')],
    [
      'closed-ente.json',
      bytes(
        json({ version: 1, kdfParams: { memLimit: 1, opsLimit: 1, salt: 'AA==' }, encryptedData: 'AA==' }),
      ),
    ],
    [
      'closed-steam.json',
      bytes(json({ shared_secret: 'AA==', account_name: 'gamer', identity_secret: 'AA==' })),
    ],
    [
      'closed-winauth.xml',
      bytes('<?xml version="1.0"?>\n<WinAuth version="3.6"><WinAuthAuthenticator/></WinAuth>\n'),
    ],
    [
      'closed-page.html',
      bytes('<!doctype html>\n<html><body><img src="data:image/png;base64,AA=="></body></html>\n'),
    ],
    [
      'closed-securid.sdtid',
      bytes('<?xml version="1.0"?>\n<TKNBatch><TKNHeader><Version>0</Version></TKNHeader></TKNBatch>\n'),
    ],
    ...UNKNOWN,
  ];
}
