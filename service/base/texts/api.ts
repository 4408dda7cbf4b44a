/** Why an administrative request changed nothing, besides the refusals of the actions. */
export const apiRefusals = {
  unreadable_seed: [400, 'The seed is not valid base32 or hexadecimal. Send it in the format of its field.'],
  bad_import: [422, 'The file cannot be read.'],
} as const;

/** The fields that each search compares. */
export const searchTexts = {
  users:
    'Words in any order, each any part of the name, the display name or the e-mail address. Accents, upper and lower case do not matter. Matches at the end of a text come first. A page can hold fewer users than `limit`, or none, before the last page: continue while the answer has a `next`.',
  tokens:
    'Words in any order. With `by=serial` each is any part of the serial number, with `by=label` of the label, with `by=user` of the name, the display name or the e-mail address of the user; with `by=any`, the default, of one of these. Accents, upper and lower case do not matter. A page can hold fewer tokens than `limit`, or none, before the last page: continue while the answer has a `next`.',
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
