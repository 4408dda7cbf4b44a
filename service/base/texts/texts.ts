import { PIN_DIGITS_MAX } from '@passfob/protocol/limits';
import { buttonTexts } from 'passfob/button-texts';
import { processLimits } from '../limits/process.ts';
import { apiProblems } from './api.ts';
import { autosendTexts } from './autosend.ts';
import { challengeOutcomes } from './challenges.ts';
import { pushOutcomes } from './push.ts';
import { recordTexts } from './records.ts';
import { refusalTexts } from './refusals.ts';
import { pinDigits, userTexts } from './users.ts';

/** Every English text of the service, in one place. No text tells a log-in why it was refused. */
export const texts = {
  startup: {
    databaseUnusable:
      'The service database cannot be opened. Check that the folder is writable and not full.',
    databaseOlder:
      'The service database is older than Passfob 0.2.0. Start 0.2.0 with it once, then this version. Nothing was changed.',
    databaseNewer: 'The service database was made by a newer Passfob. Use that version or a newer one.',
    applicationChanged: 'The application was changed just now. Send the request again.',
    applicationDisabled: 'The log-in application is disabled. Enable it in the console, under Applications.',
    databaseLost: 'The connection to the service database was lost, or cannot be made. Try again.',
    filesLost:
      'The database file or its write-ahead log was replaced or removed, or this process lost its locks on them. The service refuses all log-ins. Find out what replaced, removed or opened them, then start the service again.',
    schemaChanged:
      'Another version of Passfob has changed the tables of the service database. The service refuses all log-ins. Update this node, then start it again.',
    networkFolder: (name: string) =>
      `The service folder is on a file system that several computers use (${name}), where the locks of SQLite do not hold. Choose a folder on a disk of this computer, or use PostgreSQL.`,
    databaseBusy: 'The service database is in use by another program. Try again.',
    tooManyLogins: 'Too many log-ins are waiting at once. Try again in a moment.',
    directoryUnusable: 'The service folder cannot be made or entered. Choose another one.',
    keyFileMissing:
      'The key file service.key is missing, and the database cannot be read without it. Restore it from your backup.',
    keyFileReadable:
      'The key file service.key can be read by other users. Run "chmod 600 service.key" in the service folder, as its owner, and start again.',
    keyFileUnreadable:
      'The key file service.key cannot be read. Check its owner and that it is an ordinary file.',
    keyFileDamaged: 'The key file service.key is damaged. Restore it from your backup.',
    notLoopback:
      'Without TLS the service listens on loopback addresses only. Use 127.0.0.1, or put a TLS proxy in front of it.',
    portInUse: (host: string, port: number) =>
      `Port ${port} of ${host} is in use. Stop the other program, or choose another port: --port ${otherPort(port)}`,
    radiusPortInUse: (address: string, port: number) =>
      `UDP port ${port} of ${address} is in use. Stop the other program, or choose another port with --radius.`,
    portForbidden: 'This user may not open the port. Choose a port above 1023.',
    addressAbsent: 'This computer has no such address. Listen on one that it has.',
    badLockPolicy: 'The lock policy is out of range: 0 to 100 failures, and a period of 1 second to 7 days.',
    badPort: 'The port must be a whole number from 0 to 65535; 0 picks a free one.',
  },

  /** Why an administrative action changed nothing. */
  refusals: refusalTexts,

  pinDigits,
  people: userTexts,

  problems: {
    refused: { title: 'Not accepted', detail: 'The user name or passcode was not accepted.' },
    malformed: {
      title: 'Malformed request',
      detail: 'Send the fields that the API asks for, in its format.',
    },
    new_pin: {
      title: 'A new PIN is due',
      detail:
        'The passcode was correct and is used up, but the user is not logged in. Have the user choose a PIN and send it with the proof.',
    },
    pin_unfit: { title: 'PIN refused', detail: 'Have the user choose another PIN and send it.' },
    unauthorised: {
      title: 'API key needed',
      detail: 'Send the API key of the application as a bearer token.',
    },
    forbidden: {
      title: 'Forbidden',
      detail: 'The request came from another site or without a needed header.',
    },
    not_found: { title: 'Not found', detail: 'There is nothing at this address.' },
    too_large: { title: 'Request too large', detail: 'Send a shorter request.' },
    wrong_media_type: { title: 'Wrong content type', detail: 'Send the content type that the API asks for.' },
    misdirected: {
      title: 'Wrong host',
      detail: 'Use the address that the service printed when it started.',
    },
    too_many: { title: 'Too many requests', detail: 'Wait a little and try again.' },
    unavailable: { title: 'Not available', detail: 'The service cannot answer now. Try again in a moment.' },
    failed: { title: 'Service error', detail: 'The service failed. Nothing was accepted.' },
    ...apiProblems,
  },

  records: recordTexts,

  product: 'Passfob',
  login: {
    title: 'Log in',
    lead: {
      otp: buttonTexts.typePasscode,
      pin_otp: `Type your PIN. ${buttonTexts.typePasscode}`,
      password_otp: `Type your password. ${buttonTexts.typePasscode}`,
    },
    closedTitle: 'Closed',
    closed: 'Nobody can log in here at the moment. Ask your help desk.',
    password: 'Password',
    pin: 'PIN',
    pinHint:
      'The PIN of this service, not a PIN that you enter on the fob. If you have none yet, or your PIN was reset, leave this empty: you choose one next.',
    user: 'User name',
    passcode: 'Passcode',
    passcodeHint: 'Spaces and dashes do not matter.',
    submit: 'Log in',
    refusedTitle: 'Not accepted',
    refused: {
      otp: 'The user name or passcode was not accepted.',
      pin_otp: 'The user name, PIN or passcode was not accepted.',
      password_otp: 'The user name, password or passcode was not accepted.',
      password_pin_otp: 'The user name, password, PIN or passcode was not accepted.',
    },
    refusedNext: `Each passcode works once: take the next one and try again. ${buttonTexts.nextByClock} After several failures an account is locked for a while.`,
    /** Added if the form asks for a PIN. */
    forgottenPin: 'If you have forgotten your PIN, ask your help desk to reset it.',
    acceptedTitle: 'Logged in',
    acceptedAs: 'You are logged in as',
    acceptedNext: 'This passcode is used up and will not work again.',
    again: 'Back to the log-in page',
  },
  autosend: autosendTexts,
  pinForm: {
    title: 'Choose your PIN',
    lead: 'The passcode was correct and is used up. Choose the PIN that you type with your passcodes from now on. Nobody at the help desk ever asks for it.',
    newPin: 'New PIN',
    again: 'New PIN again',
    hint: (fewest: number) =>
      `${fewest} to ${PIN_DIGITS_MAX} digits. No year, no series of digits, no pattern on the keys: attackers try those first.`,
    submit: 'Set the PIN',
    problem: 'Problem',
    different: 'The two PINs differ. Type the new PIN, and the same again.',
    doneTitle: 'Your PIN is set',
    done: `Log in with it and the next passcode of your fob. ${buttonTexts.nextByClock}`,
    ways: { login: 'To the log-in page', me: 'To your fob' },
  },
  operator: {
    entryTitle: 'Operator link needed',
    linkTitle: 'One-time administrator link',
    linkLead:
      'This link signs this browser in as administrator, once, for the first set-up or for recovery. Anyone who has the link can use it. If you did not ask for it, select “Throw the link away”.',
    linkEnds: (who: string) =>
      `This browser is signed in as ${who}. That session ends when you sign in with the link.`,
    linkSession: 'an administrator, by another one-time link',
    linkEnter: 'Sign in with this link',
    linkDiscard: 'Throw the link away',
    discardedTitle: 'The link was thrown away',
    discarded: 'Nobody can sign in with it any more.',
    linkUsed:
      'This operator link has been used or is too old. For a new one run, with the --dir that the service was started with: passfob service admin-link',
    leave: 'Sign out',
    live: 'Live',
    reconnecting: 'Connection lost. Trying again.',
    static: 'Refreshes every few seconds',
    outcomes: 'Recent log-ins',
    noOutcomes: 'No log-ins yet.',
    tokens: 'Tokens',
    noTokens: 'No tokens yet.',
    replay: { user: 'User', serial: 'Token', source: 'From', firstUse: 'First used', lastSeen: 'Last tried' },
    times: (count: number) => (count === 1 ? '1 time' : `${count} times`),
    alertCount: (count: number) => (count === 1 ? '1 alert' : `${count} alerts`),
    columns: {
      time: 'Time (UTC)',
      user: 'User',
      outcome: 'Outcome',
      serial: 'Token',
      source: 'From',
      state: 'State',
      kind: 'Kind',
      lastUsed: 'Last used (UTC)',
      drift: 'Drift',
    },
    nobody: 'not known',
    nothing: '–',
    never: 'never',
    digits: (count: number) => `${count}\u00a0digits`,
    seconds: (count: number) => `${count}\u00a0s`,
    steps: (count: number) => `${count}\u00a0${Math.abs(count) === 1 ? 'step' : 'steps'}`,
    lockedUntil: 'locked until',
  },
  outcomes: {
    accepted: 'Accepted',
    wrong: 'Wrong passcode',
    superseded: 'Older passcode',
    replay: 'Passcode used again',
    locked: 'Account locked',
    disabled: 'Account disabled',
    wrong_password: 'Wrong password',
    wrong_pin: 'Wrong PIN',
    pin_change: 'PIN must be changed',
    new_pin: 'Asked for a new PIN',
    found: 'Fob found again',
    unknown_user: 'Unknown user',
    no_usable_token: 'No usable token',
    unreadable: 'Stored seed damaged',
    malformed: 'Not a passcode',
    ...challengeOutcomes,
    ...pushOutcomes,
  },
  states: {
    initialised: 'Initialised',
    inventory: 'In inventory',
    reserved: 'Reserved',
    assigned: 'Assigned',
    active: 'Active',
    suspended: 'Suspended',
    revoked: 'Revoked',
  },
} as const;

function otherPort(port: number): number {
  return port < processLimits.portMax ? port + 1 : port - 1;
}
