import { challengeSummaries } from './challenges.ts';
import { pushSummaries } from './push.ts';

/** Why an administrative request changed nothing, besides the refusals of the actions. */
export const apiRefusals = {
  unreadable_seed: 'The seed is not in base32 or in pairs of hexadecimal digits, as its field says.',
  bad_import: 'The file cannot be read.',
} as const;

/** The fields that each search compares. */
export const searchTexts = {
  users:
    'Any part of the name, the display name or the e-mail address. Accents, upper and lower case do not matter. Found texts that end with it come first. A page may hold fewer users than `limit`, even none, and still not be the last: go on while there is a `next`.',
  tokens:
    'With `by=serial` any part of the serial number, with `by=user` any part of the name, the display name or the e-mail address of the user (accents, upper and lower case do not matter), with `by=label` the beginning of the label as it is written; with `by=any`, the default, one of these, in this order. A page may hold fewer tokens than `limit`, even none, and still not be the last: go on while there is a `next`.',
} as const;

/** Why a request of administration over HTTP was refused before any action. */
export const apiProblems = {
  credentials_needed: {
    title: 'Credentials needed',
    detail: 'Send an administration API key as a bearer token, or sign in to the console.',
  },
  not_allowed: {
    title: 'Not allowed',
    detail: 'The role of this operator or API key does not include this.',
  },
  proof_needed: {
    title: 'Fresh proof needed',
    detail: 'Prove again, with password and passcode, that it is you, and repeat the request.',
  },
  wrong_method: { title: 'Wrong method', detail: 'Use one of the methods that the header Allow names.' },
} as const;

export const apiTexts = {
  title: 'Passfob token management',
  lead: 'Every operation of the HTTP API of this service. Programs read the same from',
  refusedTitles: {
    400: 'Not valid',
    404: 'Not there',
    409: 'In conflict',
    413: 'Too much',
    422: 'Refused',
    423: 'Locked',
    429: 'Too often',
    502: 'Not delivered',
  },
  /** What each operation does; the keys are the operations' identifiers. */
  summaries: {
    validate: 'Decide one log-in for an application.',
    'pins.change':
      'Have a user choose a PIN, by a passcode and the PIN of before, or by the proof of a log-in that asked for one. Nobody is let in.',
    ...challengeSummaries,
    ...pushSummaries,
    'session.get': 'Say who is asking, with what role.',
    'users.list':
      'List users by name, or find them by any part of the name, the display name or the e-mail address.',
    'users.create': 'Create a user.',
    'users.get': 'Show one user.',
    'users.change': 'Change what a user is called or written to at.',
    'users.disable': 'Disable an account: no log-in of it is accepted.',
    'users.enable': 'Enable an account again.',
    'users.unlock': 'End the lock of an account before its time.',
    'users.set-password': 'Set a user’s password.',
    'users.reset-pin': 'Take a user’s PIN away, so that the user must choose another.',
    'temporary-codes.make': 'Make a one-time passcode for a user without a fob at hand. It is shown once.',
    'temporary-codes.withdraw': 'End a user’s temporary passcode.',
    'activations.start': 'Let a user enrol a fob. A string to be handed over in person is shown once.',
    'activations.of-user': 'List the last activations of a user, with how they stand and why.',
    'activations.list': 'List activations, latest first.',
    'activations.get': 'Show one activation.',
    'activations.resend': 'Give out another code in the place of one that did not arrive. The old one ends.',
    'activations.revoke': 'End an activation, and return its token to the inventory.',
    'tokens.list':
      'List tokens, or find them by any part of the serial number or of what their user is found by, or by the beginning of the label.',
    'tokens.issue': 'Issue a token for a user or for the inventory.',
    'tokens.get': 'Show one token with what happened to it.',
    'tokens.rename': 'Change what a token is called.',
    'tokens.assign': 'Give a token to a user.',
    'tokens.reserve': 'Set a token aside, for a user or for nobody yet.',
    'tokens.unassign': 'Return a token to the inventory.',
    'tokens.suspend': 'Stop a token until it is reactivated.',
    'tokens.reactivate': 'Let a suspended token work again.',
    'tokens.revoke': 'End a token for good and destroy its seed.',
    'tokens.resync': 'Find a token again by two consecutive passcodes.',
    'tokens.repair-last-step':
      'Take the last accepted step of a token back from the future, after the clock was ahead.',
    'tokens.repair-last-steps': 'Do so for all tokens that are refused because the clock was ahead.',
    'policies.list': 'List policies.',
    'policies.create': 'Create a policy.',
    'policies.change': 'Change what tokens made by a policy from now on are like.',
    'policies.remove': 'Remove a policy by which no token was made.',
    'fobs.list': 'List the fobs that this service owns.',
    'applications.list': 'List applications.',
    'applications.create': 'Create an application. Its API key is shown once.',
    'applications.change': 'Change what an application’s log-ins must show.',
    'applications.rotate-key': 'Give an application another API key, shown once. The old one ends.',
    'applications.disable': 'Keep an application from asking.',
    'applications.enable': 'Let an application ask again.',
    'radius-clients.list': 'List RADIUS clients.',
    'radius-clients.create': 'Create a RADIUS client. A shared secret that is made is shown once.',
    'radius-clients.change': 'Change the name, address, application or push mode of a RADIUS client.',
    'radius-clients.rotate-secret':
      'Give a RADIUS client another shared secret, shown once. The old one ends.',
    'radius-clients.set-secret':
      'Give a RADIUS client a shared secret that it has already. The old one ends.',
    'radius-clients.remove': 'Remove a RADIUS client: what it sends is dropped.',
    'api-keys.list': 'List the keys of programs that administer the service.',
    'api-keys.create': 'Create an administration API key. It is shown once.',
    'api-keys.revoke': 'Revoke an administration API key.',
    'operators.list': 'List operators.',
    'operators.add': 'Make a user an operator.',
    'operators.change': 'Give an operator another role.',
    'operators.disable': 'Keep an operator out.',
    'operators.enable': 'Let an operator in again.',
    'operators.remove': 'Make an operator an ordinary user again.',
    'alerts.list': 'List alerts, latest first.',
    'alerts.acknowledge': 'Note that somebody has looked at an alert.',
    'channels.list': 'List the ways by which alerts reach people.',
    'channels.create': 'Add a channel. A key made for a webhook is shown once.',
    'channels.change': 'Change a channel.',
    'channels.remove': 'Remove a channel and its secret.',
    'channels.test': 'Send a test message through a channel now.',
    'mails.list': 'List mails to users, newest first, and what became of them.',
    'mails.bounce': 'Take a notification that a mail could not be delivered (RFC 3464).',
    'mail-server.get': 'Show the mail server by which users are written to.',
    'mail-server.set': 'Set the mail server by which users are written to.',
    'mail-server.remove': 'Remove the mail server: mails to users stay in the local outbox.',
    'mail-server.test': 'Send a test mail to an address now.',
    'events.list': 'List what became of log-ins, latest first, with the real reasons.',
    'audit.list': 'List what operators did, newest first.',
    'audit.verify': 'Check every row of the audit and its chain of seals.',
    'audit.rotate': 'Remove sealed rows of the audit from before a time.',
    'settings.get': 'Show the settings of the service.',
    'settings.change': 'Change settings; what is left out stays.',
    'jobs.list': 'List jobs, latest first.',
    'jobs.start': 'Start a job over many tokens.',
    'jobs.get': 'Show one job.',
    'jobs.items': 'List the rows of a job.',
    'jobs.pause': 'Pause a job.',
    'jobs.resume': 'Let a paused job go on.',
    'jobs.cancel': 'Cancel what is left of a job.',
    'imports.plan': 'Say what an import would do, row by row. Nothing is changed.',
    'imports.start': 'Start a job that imports the rows which can be taken.',
    'metrics.read': 'Measurements in the text format of Prometheus.',
    'description.get': 'This description, as OpenAPI 3.1.',
    'documentation.get': 'This description, as a page.',
  },
  page: {
    operation: 'Operation',
    who: 'Who',
    what: 'What it does',
    refusals: 'Refused as',
    fields: 'Fields',
    application: 'application',
    anybody: 'anybody',
    fresh: 'fresh proof',
  },
} as const;
