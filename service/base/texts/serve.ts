import { accessLimits } from '../limits/access.ts';
import { processLimits } from '../limits/process.ts';

/** Refusals of values that contradict each other. */
export const fitTexts = {
  tlsPair: {
    wrong: 'needs the other one: a certificate and its key belong together',
    next: 'Give both tlsCertificate and tlsKey, or neither.',
  },
  plainAbroad: {
    wrong: 'can be reached from other computers, without TLS and without a trusted proxy',
    next: 'Give tlsCertificate and tlsKey, or trustedProxies for a TLS proxy in front, or host 127.0.0.1.',
  },
  proxyWithoutUrl: {
    wrong: 'needs publicUrl, so that the service can refuse requests for other hosts',
    next: 'Give publicUrl: the address that people use for the proxy.',
  },
  httpsWithoutTls: {
    wrong: 'is https, without TLS and without a trusted proxy',
    next: 'Give tlsCertificate and tlsKey, or trustedProxies: the addresses that the TLS proxy connects from.',
  },
  publishedWithoutPublic: {
    wrong: 'does not name the host and port of publicUrl, which everybody connects to',
    next: 'Add that host, or leave the list out: then the service publishes that host alone.',
  },
  httpWithTls: { wrong: 'is http, and the service speaks TLS', next: 'Give an https address.' },
} as const;

/** Refusals of a configuration file, or of a name in it or in the environment. */
export const sourceTexts = {
  missing: { wrong: 'does not exist', next: 'Name a file that is there, or leave it out.' },
  unreadable: { wrong: 'cannot be read', next: 'Check its owner and its mode.' },
  tooLarge: {
    wrong: 'is too large',
    next: `A configuration file has at most ${processLimits.configurationFileMaxBytes} bytes.`,
  },
  notJson: {
    wrong: 'is not one JSON object',
    next: 'Write {"port": 8480} and the like; docs/operations.md names all settings.',
  },
  exposed: {
    wrong: 'holds a password and can be read by other users',
    next: 'Run chmod 600 on it, as its owner.',
  },
  unknown: { wrong: 'is not a setting', next: 'Correct the name; docs/operations.md names all settings.' },
  movesItself: {
    wrong: 'is in the service folder and sets another service folder',
    next: 'Remove directory from it, or name the file with --config.',
  },
} as const;

/** Why the certificate and key cannot be used. */
export const certificateTexts = {
  unreadable: 'The certificate or key file cannot be read. Check the paths, their owner and their mode.',
  keyExposed:
    'The TLS key file can be read by other users. Run "chmod 600" on it, as its owner, or have root keep it for the group that the service runs as (mode 640), and start again.',
  unusable:
    'The certificate and key files are not a PEM certificate and its key. Give the certificate with its chain, and the key that belongs to it.',
} as const;

/** Why a running service is not ready, by the reason that `/ready` gives. */
export const unreadyTexts = {
  database: {
    sentence: 'The service answers but is not ready: its database takes no writes.',
    next: 'Free space on its disk, and check that it is not read-only or that PostgreSQL runs. A restart is not needed.',
  },
  database_lost: {
    sentence:
      'The service answers but is not ready: its database files were replaced or removed, or it lost its locks on them.',
    next: 'Find out what replaced, removed or opened the files, then start the service again.',
  },
  schema_changed: {
    sentence: 'The service answers but is not ready: another version of Passfob has changed its tables.',
    next: 'Update this node, then start it again.',
  },
  silent: {
    sentence: 'The service answers but is not ready: its database does not answer in time.',
    next: 'Check PostgreSQL and the network to it; a restart is not needed.',
  },
  ending: {
    sentence: 'The service answers but is not ready: it is stopping.',
    next: 'Run the command again after the restart.',
  },
  unknown: {
    sentence: 'The service answers but is not ready.',
    next: 'Look at its log, and run on its computer: passfob service doctor',
  },
} as const;

/** Texts of `passfob serve` and `passfob service`. */
export const serveTexts = {
  noAuditFile: { sentence: 'The new file is missing.', next: 'passfob service audit export audit.csv' },
  auditEnding: {
    sentence: 'The file ends in neither .csv nor .jsonl.',
    next: 'Its ending names the format.',
  },
  badDay: { sentence: 'That is not a day.', next: 'Write it as 2026-01-31.' },
  noDays: { sentence: 'The first day is after the last one.', next: 'Exchange --from and --to.' },
  onlyExport: {
    sentence: 'A file, --from and --to are for the export alone.',
    next: 'passfob service audit export audit.csv',
  },
  listening: (url: string) => `Passfob listens at ${url}`,
  radius: (endpoint: string) => `RADIUS listens at ${endpoint}`,
  folderMade: (directory: string) => `The service folder ${directory} was made.`,
  folder: (directory: string) => `The service folder is ${directory}.`,
  made: {
    database: 'The database was made.',
    keyFile:
      'The key file service.key was made. Back it up apart from the database: without it no seed can be read.',
    identity: 'The identity key, by which fobs know this service, was made.',
  },
  adminLink: () =>
    `One-time administrator link, valid for one use within ${accessLimits.operatorLinkMs / 3_600_000} hours. Anyone who has it can sign in as administrator:`,
  /** Where the address in an administrator link comes from, if no option named it. */
  adminLinkAddress: {
    started:
      'It names the address at which the service last started. For another one add its option, such as --port or --public-url.',
    configured:
      'The database holds no address of a started service: the link names that of the configuration. For another one add its option, such as --port or --public-url.',
  },
  noService: (directory: string) => ({
    sentence: `There is no service in ${directory}.`,
    next: 'Name the folder of the service with --dir. If there is none yet, start the service first: passfob serve',
  }),
  noIdentity: {
    sentence: 'The service has no identity key yet: its first start makes it.',
    next: 'Start it: passfob serve',
  },
  agentAdd: (url: string, fingerprint: string) =>
    `On a user’s computer: passfob agent add ${url} --fingerprint ${fingerprint}`,
  /** @param given the options that the command needs as well, each with its value */
  adminLinkLater: (given: readonly string[]) =>
    `For a one-time administrator link run: ${['passfob service admin-link', ...given].join(' ')}`,
  applicationKeyAsk: (name: string) =>
    `Replace the API key of the application ${name}? Programs that use the old key are refused at once.`,
  applicationKeyKept: 'The application keeps its API key.',
  applicationKeyMade: (name: string) =>
    `This is the new API key of the application ${name}. It is not shown again; only its hash is kept. The earlier key is refused from now on.`,
  applicationsThere: (names: readonly string[]) =>
    names.length === 0
      ? 'There is none yet: the first start of the service makes one.'
      : `There are: ${names.join(', ')}.`,
  noDryRun: {
    sentence: 'The commands of the service have no --dry-run.',
    next: 'Leave it out. To see the configuration first, run: passfob service config',
  },
  portUnknown: {
    sentence:
      'The configuration has port 0 and the database holds no address of a started service, so its port is not known.',
    next: 'Start the service, or give the port or publicUrl.',
  },
  configurationWrong: (count: number) =>
    count === 1 ? 'The configuration has a mistake.' : `The configuration has ${count} mistakes.`,
  badUrl: {
    sentence: 'This is not the address of a service.',
    next: 'Give https://NAME or https://NAME:PORT; http:// only for this computer itself.',
  },
  badCa: {
    sentence: 'The file with the authority’s certificate cannot be used.',
    next: 'Give a PEM file with --ca.',
  },
} as const;

/** Texts of the service's doctor: a sentence and the next step. */
export const doctorTexts = {
  'folder-new': [
    'The service folder {path} does not exist yet; the first start makes it.',
    'If the service has another folder, name it with --dir.',
  ],
  'folder-good': ['The service folder {path} belongs to this user alone.', ''],
  'folder-open': ['Other users have access to the service folder {path}.', 'Run: chmod 700 {path}'],
  'folder-network': [
    'The service folder is on a file system that several computers use ({name}), where the locks of SQLite do not hold.',
    'Choose a folder on a disk of this computer, or use PostgreSQL.',
  ],
  'folder-shut': [
    'This user has no access to the service folder {path}.',
    'Run this as the user of the service, or make this user the owner of the folder.',
  ],
  'key-new': ['There is no key file yet; the first start makes it.', ''],
  'key-shared': [
    'There is no key file, and the database may have other nodes. All nodes need the same key file.',
    'Copy service.key of a running node into the service folder; only the very first start on a database makes one.',
  ],
  'key-good': ['The key file can be used, and no other user can read it.', ''],
  'key-bad': ['{problem}', ''],
  'key-left': [
    'The file {path} may hold keys of the service. A program that was killed left it, or somebody made a copy.',
    'Unless it is your copy or passfob service rekey runs right now, delete it: rm {path}',
  ],
  'database-new': ['There is no database yet; the first start makes it.', ''],
  'database-current': ['The database opens and its tables are current.', ''],
  'database-older': [
    'The database is older than this Passfob.',
    'Back it up; the next start brings it up to date.',
  ],
  'database-too-old': [
    'The database is older than Passfob 0.2.0.',
    'Start 0.2.0 with it once, then this version.',
  ],
  'database-newer': [
    'The database was made by a newer Passfob.',
    'Use that version or a newer one on every node.',
  ],
  'database-bad': [
    'The database cannot be opened or read.',
    'Check that it runs, its address, user and password, or that the folder is readable.',
  ],
  'space-good': ['{size} MiB are free for the database.', ''],
  'space-low': ['Only {size} MiB are free for the database.', 'Free space, or move the service folder.'],
  'space-none': [
    'Only {size} MiB are free for the database: soon the service can record no log-ins, and refuses them all.',
    'Free space at once.',
  ],
  'clock-good': ['The clock of this computer is not behind the newest log-in.', ''],
  'clock-behind': [
    'The clock of this computer is {seconds} s behind the newest log-in: it went back, or another node’s is ahead.',
    'Set it, and switch network time on: sudo timedatectl set-ntp true',
  ],
  'tls-none': [
    'No certificate is configured: the service speaks plain HTTP, on loopback or to its proxy.',
    '',
  ],
  'tls-good': ['The certificate is valid for another {days} days.', ''],
  'tls-ending': [
    'The certificate ends in {days} days.',
    'Renew it; a running service takes the new files by itself.',
  ],
  'tls-ended': ['The certificate is not valid at this time.', 'Renew it, or set the clock of this computer.'],
  'tls-host': ['The certificate is not for {host}, the name in publicUrl.', 'Have one made for this name.'],
  'tls-bad': ['{problem}', ''],
  'port-free': ['The port {port} is free.', ''],
  'port-any': ['A free port is picked at the start.', ''],
  'port-used': [
    'The port {port} is in use.',
    'This is normal while the service runs. Otherwise stop the other program or choose another port.',
  ],
  'port-refused': [
    'This user may not listen on the port {port} of {host}.',
    'Choose a port above 1023 and an address of this computer.',
  ],
} as const satisfies Readonly<Record<string, readonly [sentence: string, next: string]>>;

/** Texts of the commands about the records as a whole. */
export const recordTexts = {
  backedUp: (users: number, tokens: number) => `The backup holds ${users} users and ${tokens} tokens.`,
  keyFileApart:
    'The backup does not hold the key file. Keep service.key in another place, and keep both safe: anyone who has both has all seeds.',
  restored: (time: string) =>
    `Restored to the state at ${time}. Replay protection was raised: passcodes accepted since then are refused.`,
  keysMissing:
    'Some seeds are encrypted with keys that service.key does not hold. Restore the key file of that time.',
  auditIntact: (rows: number, seals: number) =>
    `The audit is intact: ${rows} rows and ${seals} checkpoints were checked.`,
  auditTaken: (path: string) => `The audit is in ${path}. Its last line has the number of rows.`,
  auditChanged: {
    sentence: 'The audit was changed outside the service.',
    next: 'Keep the database as it is, find out who could write to it, and compare with a backup.',
  },
  bounced: (user: string) => `The mail to ${user} did not arrive. The help desk has an alert.`,
  notBounced: (user: string) => `The mail to ${user} may still be delivered. Nothing was changed.`,
  rekeyWaiting: (time: string) =>
    `Everything is encrypted with the new key. Run the command again after ${time} to remove the old key from the key file.`,
  rekeyDone: 'Everything is encrypted with the new key, and the old key is deleted. Back up service.key now.',
  rekeyUnreadable: {
    sentence: 'Some values cannot be decrypted, so the old key stays.',
    next: 'The database was damaged: restore it from a backup, or enrol the affected tokens again.',
  },
} as const;
