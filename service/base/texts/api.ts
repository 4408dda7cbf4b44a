import { challengeSummaries } from './challenges.ts';
import { pushSummaries } from './push.ts';

/** Why an administrative request changed nothing, besides the refusals of the actions. */
export const apiRefusals = {
  unreadable_seed: 'The seed is not valid base32 or hexadecimal. Send it in the format of its field.',
  bad_import: 'The file cannot be read.',
} as const;

/** The fields that each search compares. */
export const searchTexts = {
  users:
    'Any part of the name, the display name or the e-mail address. Accents, upper and lower case do not matter. Matches at the end of a text come first. A page can hold fewer users than `limit`, or none, before the last page: continue while the answer has a `next`.',
  tokens:
    'With `by=serial` any part of the serial number, with `by=user` any part of the name, the display name or the e-mail address of the user (accents, upper and lower case do not matter), with `by=label` the beginning of the label, case-sensitive; with `by=any`, the default, one of these, in this order. A page can hold fewer tokens than `limit`, or none, before the last page: continue while the answer has a `next`.',
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
    detail: 'Confirm with your password and a passcode, then repeat the request.',
  },
  wrong_method: { title: 'Wrong method', detail: 'Use one of the methods that the header Allow names.' },
} as const;

export const apiTexts = {
  title: 'Passfob token management',
  lead: 'Every operation of the HTTP API of this service. Programs read the same from',
  refusedTitles: {
    400: 'Not valid',
    404: 'Not found',
    409: 'Conflict',
    413: 'Too large',
    422: 'Refused',
    423: 'Locked',
    429: 'Too many requests',
    502: 'Not delivered',
  },
  /** What each operation does; the keys are the operations' identifiers. */
  summaries: {
    validate: 'Decide one log-in for an application.',
    'pins.change':
      'Set the PIN that a user chose. This needs a passcode and the current PIN, or the proof of a log-in that asked for a new PIN. It logs nobody in.',
    ...challengeSummaries,
    ...pushSummaries,
    'session.get': 'Show the caller and its role.',
    'users.list':
      'List users by name, or find them by any part of the name, the display name or the e-mail address.',
    'users.create': 'Create a user.',
    'users.get': 'Show one user.',
    'users.change': 'Change the display name or the e-mail address of a user.',
    'users.disable': 'Disable an account: no log-in of it is accepted.',
    'users.enable': 'Enable an account again.',
    'users.unlock': 'End the lock of an account before its time.',
    'users.set-password': 'Set a user’s password.',
    'users.reset-pin': 'Reset a user’s PIN. The user must choose another.',
    'temporary-codes.make': 'Make a one-time passcode for a user without a fob at hand. It is shown once.',
    'temporary-codes.withdraw': 'End a user’s temporary passcode.',
    'activations.ask':
      'Ask the administrators for another fob of a user, as a spare or in place of a token. Nothing is issued: an alert waits until an activation is started.',
    'activations.start':
      'Start an activation, which lets a user enrol a fob. An activation string for handing over in person is shown once.',
    'activations.of-user': 'List the last activations of a user, with state and reason.',
    'activations.list': 'List activations, latest first.',
    'activations.get': 'Show one activation.',
    'activations.resend': 'Replace an activation by one with a new code. The old code stops working.',
    'activations.revoke': 'End an activation, and return its token to the inventory.',
    'tokens.list':
      'List tokens, or find them by any part of the serial number or the user, or by the beginning of the label.',
    'tokens.issue': 'Issue a token for a user or for the inventory.',
    'tokens.get': 'Show one token with what happened to it.',
    'tokens.rename': 'Rename a token.',
    'tokens.assign': 'Give a token to a user.',
    'tokens.reserve': 'Reserve a token, for a user or without a user.',
    'tokens.unassign': 'Return a token to the inventory.',
    'tokens.suspend': 'Stop a token until it is reactivated.',
    'tokens.reactivate': 'Let a suspended token work again.',
    'tokens.revoke': 'End a token for good and destroy its seed.',
    'tokens.resync': 'Resynchronise a token with two consecutive passcodes.',
    'tokens.repair-last-step':
      'Move the last accepted step of a token back to the present, after a clock was ahead.',
    'tokens.repair-last-steps':
      'Move the last accepted step back to the present for all tokens that are refused because a clock was ahead.',
    'policies.list': 'List policies.',
    'policies.create': 'Create a policy.',
    'policies.change': 'Change a policy. The change applies to new tokens only.',
    'policies.remove': 'Remove a policy that was never used for a token.',
    'fobs.list': 'List the fobs that this service owns, with what they told when they were last seen.',
    'fobs.get': 'Show one fob: its state, health, tokens, accounts and tasks.',
    'fobs.tasks': 'List the tasks of a fob: open ones first, then finished ones.',
    'fobs.set-clock': 'Have the clock of a fob set when the fob is next reached.',
    'fobs.reset-pin':
      'Have the forgotten PIN of a fob reset when the fob is next reached and its button is held. Its accounts stay. Check the caller first.',
    'fobs.require-pin': 'Have the user of a fob choose a new PIN.',
    'fobs.acknowledge-power-loss':
      'Acknowledge that the clock module of a fob lost its power, once you have asked its person. Its warning ends when that person connects it, never through an agent.',
    'fobs.remove-account':
      'Have an account removed from a fob. For accounts without a token in use: revoke the token of others first.',
    'fobs.rename-account': 'Have an account on a fob renamed.',
    'fobs.order-accounts':
      'Have accounts on a fob put in this order. The others follow in their present order.',
    'fobs.erase': 'Have a fob without tokens in use erased, when its button is held.',
    'fobs.cancel-task':
      'Cancel a waiting task that somebody asked for. This needs the permission of its kind.',
    'fobs.lost':
      'Report a fob lost: its tokens are suspended at once, and its accounts are removed if it is ever reached again.',
    'fobs.found': 'End the search for a fob. Its tokens stay suspended.',
    'fobs.return':
      'Take a fob back: its tokens are revoked, and it is erased when it is next reached and its button is held.',
    'fobs.retire': 'Put a fob out of use for good: its tokens are revoked.',
    'fobs.give':
      'Write the keys of a fob without accounts into a file for another owner, encrypted with a password. From then on the service does nothing with the fob. After a lost answer, ask again.',
    'fobs.given': 'Confirm that another owner has taken over a fob: its keys are deleted here, for good.',
    'applications.list': 'List applications.',
    'applications.create': 'Create an application. Its API key is shown once.',
    'applications.change': 'Change the factors that an application requires.',
    'applications.rotate-key':
      'Replace the API key of an application. The new key is shown once; the old key stops working.',
    'applications.disable': 'Disable an application: its requests are refused.',
    'applications.enable': 'Enable an application again.',
    'radius-clients.list': 'List RADIUS clients.',
    'radius-clients.create': 'Create a RADIUS client. A generated shared secret is shown once.',
    'radius-clients.change': 'Change the name, address, application or push mode of a RADIUS client.',
    'radius-clients.rotate-secret':
      'Replace the shared secret of a RADIUS client with a generated one, shown once. The old secret stops working.',
    'radius-clients.set-secret':
      'Set the shared secret of a RADIUS client to one that the client already uses. The old secret stops working.',
    'radius-clients.remove': 'Remove a RADIUS client. Its packets are dropped.',
    'api-keys.list': 'List the keys of programs that administer the service.',
    'api-keys.create': 'Create an administration API key. It is shown once.',
    'api-keys.revoke': 'Revoke an administration API key.',
    'operators.list': 'List operators.',
    'operators.add': 'Make a user an operator.',
    'operators.change': 'Give an operator another role.',
    'operators.disable': 'Disable an operator: sessions end, and signing in is refused.',
    'operators.enable': 'Enable an operator again.',
    'operators.remove': 'Make an operator an ordinary user again.',
    'alerts.list': 'List alerts, latest first.',
    'alerts.acknowledge': 'Acknowledge an alert.',
    'channels.list': 'List the channels for alerts.',
    'channels.create': 'Add a channel. A generated webhook key is shown once.',
    'channels.change': 'Change a channel.',
    'channels.remove': 'Remove a channel and its secret.',
    'channels.test': 'Send a test message through a channel now.',
    'mails.list': 'List mails to users with their state, newest first.',
    'mails.bounce': 'Process a delivery status notification, such as a bounce (RFC 3464).',
    'mail-server.get': 'Show the mail server for mails to users.',
    'mail-server.set': 'Set the mail server for mails to users.',
    'mail-server.remove': 'Remove the mail server: mails to users stay in the local outbox.',
    'mail-server.test': 'Send a test mail to an address now.',
    'events.list': 'List log-ins with their outcome and real reason, latest first.',
    'audit.list': 'List the audit of operator acts, newest first.',
    'audit.verify': 'Verify every row of the audit and its chain of checkpoints.',
    'audit.rotate': 'Remove the rows of the audit that a checkpoint covers and that are older than a time.',
    'settings.get': 'Show the settings of the service.',
    'settings.change': 'Change settings. Omitted settings stay.',
    'jobs.list': 'List jobs, latest first.',
    'jobs.start': 'Start a job over many tokens or fobs.',
    'jobs.get': 'Show one job.',
    'jobs.items': 'List the rows of a job.',
    'jobs.pause': 'Pause a job.',
    'jobs.resume': 'Resume a paused job.',
    'jobs.cancel': 'Cancel the remaining rows of a job.',
    'imports.plan': 'Show the result of an import, row by row. Nothing is changed.',
    'imports.start': 'Start a job that imports the valid rows.',
    'metrics.read': 'Measurements in the text format of Prometheus.',
    'description.get': 'This description, as OpenAPI 3.1.',
    'documentation.get': 'This description, as a page.',
  },
  page: {
    operation: 'Operation',
    who: 'Who',
    what: 'What it does',
    refusals: 'Refusals',
    fields: 'Fields',
    application: 'application',
    anybody: 'anybody',
    fresh: 'fresh proof',
  },
} as const;
