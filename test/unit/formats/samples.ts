/**
 * The passcodes that the writing program of each corpus file would show for its accounts. The parameters come from
 * that program's own code, documents or standard, and not from our reader: `totp` or `hotp`, the hash where it is not
 * SHA-1, `d` digits, `s` seconds, `c` the counter of the next passcode, `k` the key where it is not the 20 bytes of
 * RFC 4226. `ocra` has no counterpart in oathtool; the vectors of RFC 6287 test it.
 */
export interface Origin {
  /** The source of the file format, and the data from which its writer makes passcodes. */
  readonly from: string;
  readonly files: Readonly<Record<string, readonly string[]>>;
}

const K32 = 'k3132333435363738393031323334353637383930313233343536373839303132';
const K64 = `k${'31323334353637383930'.repeat(7).slice(0, 128)}`;
const twice = ['totp', 'totp'];
const APP = ['totp', 'hotp c5', 'totp sha256 d8 s60', 'totp sha512'];
const STRATUM = ['totp', 'hotp c7', 'totp sha256 d8 s60', 'totp sha512'];

export const ORIGINS: readonly Origin[] = [
  {
    from: 'privacyIDEA, get_import_csv of lib/tokenclass.py: SHA-256 for keys of 32 bytes, SHA-512 for 64, SHA-1 otherwise; version 2 has the user before. A sixth column is what LinOTP has.',
    files: {
      'privacyidea.csv': ['hotp', 'totp d8 s60', 'totp sha256', 'hotp d8 c77'],
      'privacyidea-long-keys.csv': [
        `totp sha256 ${K32}`,
        `totp sha512 d8 s60 ${K64}`,
        `hotp sha256 c5 ${K32}`,
        `hotp sha512 ${K64}`,
      ],
      'privacyidea-ocra.csv': ['ocra', 'ocra'],
      'privacyidea-users.csv': ['totp', 'hotp d8 c3'],
    },
  },
  {
    from: 'LinOTP, parseOATHcsv of lib/ImportOTP/oath.py: the sixth column, or else the length of the key as privacyIDEA has it; hmac is HOTP, ocra2 is RFC 6287',
    files: {
      'linotp-short.csv': ['hotp', 'hotp', 'totp d8'],
      'linotp-long-keys.csv': [
        `totp sha256 ${K32}`,
        `totp sha512 d8 s60 ${K64}`,
        `totp ${K32}`,
        'totp sha256',
        'totp k31323334353637383930313233343536373839303132333435363738',
        'hotp',
        'ocra',
      ],
    },
  },
  {
    from: 'Yubico, logs of the YubiKey Personalization Tool, as in parseYubicoCSV of privacyIDEA and LinOTP and their tests/testdata/yubico.csv and fixtures/yubi_tokens.csv: HOTP from counter 0, column 12 has the digits',
    files: { 'yubico-traditional.csv': ['hotp', 'hotp d8'], 'yubico-flexible.csv': ['hotp'] },
  },
  {
    from: 'SafeNet (Aladdin, Thales), seed file of eToken PASS, as in parseSafeNetXML of privacyIDEA and fixtures/safenet_tokens.xml and testdata/aladdin.xml of LinOTP: SHA-256 for a seed of 32 bytes',
    files: { 'safenet.xml': ['hotp c1', `hotp sha256 c9 ${K32}`] },
  },
  {
    from: 'SafeWord, token records (.dat), as in lib/ImportOTP/eTokenDat.py and fixtures/safework_tokens.dat of LinOTP',
    files: { 'safeword.dat': ['hotp', `totp sha256 d8 s60 ${K32}`] },
  },
  {
    from: 'Feitian (ftsafe.us, "OTP Seed Process"): serial number and seed with spaces between; Base32 for TOTP, hexadecimal for HOTP; c200 changes once a minute',
    files: { 'feitian.txt': ['totp', 'totp s60'], 'feitian-base32.txt': ['totp s60', 'totp s60'] },
  },
  {
    from: 'Duo, import of hardware tokens: serial number, seed in hexadecimal, counter or seconds; type and digits are chosen in its form. Fortinet delivers FortiToken seeds in this form, too',
    files: { 'duo-hotp.csv': ['hotp d8', 'hotp d8 c12'], 'duo-totp.csv': ['totp', 'totp s60'] },
  },
  {
    from: 'Token2, seeds in Base32 without a header, and tables whose secrets are in hexadecimal',
    files: { 'token2.csv': twice, 'table-hex.csv': ['totp d8'] },
  },
  {
    from: 'drafts before RFC 6030, as in the tests of python-pskc: draft-hoyer-keyprov-portable-symmetric-key-container-00 and -01, draft-hoyer-keyprov-pskc-algorithm-profiles-01, draft-ietf-keyprov-pskc-02, actividentity/test.pskcxml',
    files: {
      'pskc-draft-2006.xml': ['hotp c12', 'hotp c7'],
      'pskc-draft-encrypted.xml': ['hotp d8 c42'],
      'pskc-draft-profiles.xml': ['hotp d8 c3', 'totp d8 s60', 'ocra'],
      'pskc-empty-lines-above.xml': ['hotp d8 c3', 'totp d8 s60', 'ocra'],
      'pskc-draft-02.xml': ['hotp d8 c3', 'totp d8 s60', 'ocra'],
    },
  },
  {
    from: 'andOTP, as in AndOtpImporter of Aegis and its test resources andotp_plain.json and andotp_encrypted.bin',
    files: { 'andotp.json': APP, 'andotp-encrypted.bin': APP },
  },
  {
    from: 'Stratum (Authenticator Pro), Stratum.Core/src/Backup and its Stratum.Test/data/backup.*.authpro: kinds 1 HOTP, 2 TOTP, 4 Steam',
    files: { 'stratum.json': STRATUM, 'stratum-encrypted.authpro': STRATUM, 'stratum-old.authpro': STRATUM },
  },
  {
    from: 'Proton Authenticator, entry/exporter.rs and entry/password_exporter.rs, and Proton Pass, parser/pass of proton-pass-common: key URIs, or a bare secret',
    files: {
      'proton.json': ['totp', 'totp', 'totp sha256 d8 s60'],
      'proton-encrypted.json': ['totp', 'totp', 'totp sha256 d8 s60'],
      'proton-pass.json': twice,
      'proton-pass.csv': ['totp'],
    },
  },
  {
    from: 'Raivo OTP, RaivoJSONWrapper of its exports: numbers as texts',
    files: { 'raivo.json': ['totp', 'hotp c4', 'totp sha512 d8 s60'] },
  },
  {
    from: 'LastPass: the Authenticator, as in Stratum.Test/data/lastpass.json; the password manager, columns totp and name of its CSV',
    files: { 'lastpass.json': ['totp', 'totp sha256 d8 s60'], 'lastpass.csv': ['totp'] },
  },
  {
    from: 'Duo Mobile, as in DuoImporter of Aegis and its duo.json: SHA-1, 6 digits; HOTP where there is a counter',
    files: { 'duo-mobile.json': ['totp', 'hotp c3'] },
  },
  {
    from: '1Password and Dashlane, columns OTPAuth and otpUrl of their CSV exports',
    files: { '1password.csv': [...twice, 'totp'], 'dashlane.csv': ['totp'] },
  },
  {
    from: 'KeePass 2 (keepass.info, "One-Time Passwords": TimeOtp and HmacOtp fields), KeePassXC (otp) and KeeTrayTOTP (TOTP Seed, TOTP Settings)',
    files: { 'keepass.xml': ['totp', 'totp sha256 d8 s60', 'hotp c6', 'totp', 'totp d8'] },
  },
  {
    from: 'FreeOTP+, Token and OtpTokenFactory: the counter is that of the last passcode, -1 before the first; bytes are signed',
    files: {
      'freeotp.json': ['totp', 'hotp c10', 'totp sha256 d8 kff807f0005060708090a'],
      'freeotp-counters.json': ['hotp c0', 'hotp c1'],
      'freeotp-settings.xml': ['totp', 'hotp c10', 'totp sha512 d8 s60'],
    },
  },
  {
    from: 'Aegis, docs/vault.md: the counter is that of the passcode on the screen',
    files: {
      'aegis-plain.json': ['totp', 'hotp c5', 'totp sha256 d8 s60'],
      'aegis-encrypted.json': ['totp'],
    },
  },
  {
    from: '2FAS, backups of schema 3 and 4: TOTP, SHA-1, 6 digits and 30 seconds where nothing is said',
    files: {
      '2fas-plain.2fas': ['totp', 'hotp c3', 'totp sha512 d8 s60'],
      '2fas-encrypted.2fas': ['totp'],
      '2fas-old.2fas': ['totp'],
      '2fas-others.2fas': ['totp s10'],
    },
  },
  {
    from: 'Bitwarden, exports as JSON and CSV: a key URI, or a bare secret for TOTP with SHA-1, 6 digits, 30 seconds',
    files: {
      'bitwarden-plain.json': ['totp', 'totp s60', 'totp'],
      'bitwarden-others.json': ['totp'],
      // deletedDate and archivedDate of cipher.export.ts in its clients.
      'bitwarden-trash.json': twice,
      'bitwarden-archive.csv': twice,
      'bitwarden-protected.json': ['totp'],
      'bitwarden-argon2id.json': ['totp'],
      'bitwarden.csv': ['totp', 'hotp c1'],
    },
  },
  {
    from: 'password managers that keep key URIs: Passwords of Apple (OTPAuth) and KeePassXC (TOTP; CsvExporter.cpp writes the recycle bin as a group like others)',
    files: { 'apple-passwords.csv': ['totp'], 'keepassxc.csv': twice },
  },
  {
    from: 'Entra ID, upload of OATH hardware tokens: SHA-1 and 6 digits, since the table has no column for either',
    files: { 'entra.csv': ['totp', 'totp s60', 'totp'], 'entra-others.csv': ['totp s45'] },
  },
  {
    from: 'Google Authenticator, fields of MigrationPayload: 30 seconds, since it has no field for them',
    files: {
      'migration-good.txt': ['totp', 'hotp d8 c12', 'totp sha256', 'totp sha512', 'totp'],
      'migration-damaged.txt': ['totp', 'hotp d8 c12', 'totp sha256', 'totp sha512', 'totp'],
      'migration-part-missing.txt': [...twice, ...twice],
      'migration-part-twice.txt': [...twice, ...twice],
      'migration-three-parts.txt': [...twice, ...twice, ...twice],
      'migration-two-exports.txt': [...twice, 'totp'],
      'picture-migration.png': twice,
      'picture-two-parts.png': [...twice, ...twice],
    },
  },
  {
    from: 'the OATH Toolkit, users.oath of liboath: the counter column is that of the last passcode once there was one',
    files: { 'users.oath': ['hotp', 'hotp d8 c5', 'totp', 'totp d7 s60', 'totp'] },
  },
  {
    from: 'RFC 6030, its figures 5 to 7 and its schema; csv2pskc; keys with the parameters of RFC 4226 and RFC 6238. Numbers that are encrypted are big-endian, or decimals as python-pskc also has them',
    files: {
      'pskc-figure-5.xml': ['hotp d8'],
      'pskc-figure-6.xml': ['hotp d8'],
      'pskc-figure-7.xml': ['hotp d8'],
      'pskc-by-csv2pskc.xml': ['hotp c5'],
      'pskc-aes-256.xml': ['totp'],
      'pskc-mac-sha384-aes-256.xml': ['totp'],
      'pskc-numbers-aes-256.xml': ['hotp c4711', 'hotp c4711', 'totp s60'],
      'pskc-ocra-aes-256.xml': ['ocra', 'ocra'],
      'pskc-totp.xml': ['totp', 'totp sha256 d8 s60', 'hotp c42'],
      'pskc-prefixed.xml': ['totp'],
      'pskc-policies.xml': [...twice, ...twice, 'totp'],
      'pskc-odd-keys.xml': ['ocra'],
    },
  },
  {
    from: 'the Key URI Format of Google Authenticator: SHA-1, 6 digits, 30 seconds, counter 0 where nothing is said',
    files: {
      'uri-good.txt': ['totp', 'hotp d8 c7', `totp sha256 s60 ${K32}`, 'totp sha512'],
      'uri-algorithms.txt': ['totp sha256', 'totp sha512'],
      'uri-comments.txt': twice,
      'uri-contradicting.txt': ['totp', 'hotp'],
      'uri-digits.txt': ['totp', 'totp d7', 'totp d8'],
      'uri-long-names.txt': [...twice, ...twice, 'totp'],
      'uri-ocra-alphabets.txt': ['ocra', 'alphabet'],
      'uri-others.txt': ['totp'],
      'uri-periods.txt': ['totp s10', 'totp s15', 'totp s300'],
      'uri-secret-lengths.txt': ['totp k31323334353637383930'],
      'uri-secret-not-base32.txt': ['totp k31323334353637383930'],
      'uri-twice.txt': ['totp', 'totp', 'totp d8'],
      'picture-uri.png': ['totp'],
    },
  },
  {
    from: 'tables with a header, as people write them: docs/formats.md',
    files: {
      'ours.csv': ['totp', 'hotp sha256 d8 c12', 'totp'],
      'ours-base64.csv': ['totp'],
      'ours-semicolon.csv': ['totp d8'],
      'ours-tabs.csv': ['totp s60'],
      'ours-uris.csv': ['totp'],
      'ours-utf16.csv': ['totp'],
      'ours-utf16be.csv': ['totp'],
      'table-formulas.csv': twice,
      'table-first-line-bad.csv': ['totp', 'hotp d8'],
      'table-ragged.csv': ['totp', 'totp d8'],
      'table-title-above.csv': ['totp'],
      'table-serials.csv': ['totp', 'hotp', 'ocra'],
      'table-counter.csv': ['hotp c5', 'hotp'],
      'table-counter-hex.csv': ['hotp c3'],
      'table-hexkey.csv': ['hotp d8 c7'],
      'table-explained.csv': ['totp sha256 d8 s60', 'totp'],
      'table-underscores.csv': ['totp d8 s60'],
      'table-time-step.csv': ['totp s60'],
      'table-uri-as-secret.csv': ['totp'],
      'table-others.csv': ['totp'],
    },
  },
  {
    from: '2FAuth, its TwoFAccountStore JSON (Services/Migrators/TwoFAuthMigrator.php)',
    files: { '2fauth.json': ['totp sha256 d8 s60', 'hotp c4'] },
  },
  {
    from: 'Authy, tokens decrypted by others, in the form of the answer of its API: accounts of its own have 7 digits and 10 s',
    files: { 'authy.json': ['totp', 'totp d7 s10'] },
  },
  {
    from: 'Enpass, its JSON export: a field of the type totp holds a secret or a key URI',
    files: { 'enpass.json': twice },
  },
  { from: 'Ente Auth, its text export: codeDisplay with trashed', files: { 'ente-trash.txt': ['totp'] } },
  {
    from: 'KeeOtp and KeeOtp2, fields of KeePass: OtpAuthData of KeeOtp',
    files: { 'keepass-plugins.xml': ['totp d8 s60', 'hotp sha256 c11', 'totp'] },
  },
  {
    from: 'Keycloak, realm export: OTPCredentialModel, whose secret is a text and not Base32 unless it says so',
    files: { 'keycloak.json': ['totp sha256 d8 s60', 'hotp c9'] },
  },
  {
    from: 'Proton Pass, data.json of its export: state 2 is the trash',
    files: { 'proton-pass-trash.json': ['totp'] },
  },
  {
    from: 'python-pskc, which writes an empty EncryptionKey into plain files',
    files: { 'pskc-by-python.xml': ['hotp d8 c2'] },
  },
  {
    from: 'Passfob, requests to Microsoft Graph and Okta',
    files: { 'graph.json': ['totp sha256 s60', 'totp'], 'okta.json': ['totp sha512 d8 s60'] },
  },
];

/** A row for each origin: the writing program, its files, and the accounts whose passcodes are compared. */
export function samplesTable(): string[][] {
  return ORIGINS.map(({ from, files }) => {
    const compared = Object.values(files)
      .flat()
      .filter(account => !/^(?:ocra|alphabet)\b/.test(account));
    return [
      from.split(/[,:(]/, 1)[0]?.trim() ?? '',
      String(Object.keys(files).length),
      String(compared.length),
    ];
  });
}
