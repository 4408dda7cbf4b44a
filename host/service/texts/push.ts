/** What became of a request to approve, besides what becomes of any log-in. */
export const pushOutcomes = {
  push_denied: 'Denied on the fob',
  push_reported: 'Reported on the fob',
  push_expired: 'Not approved in time',
  push_failed: 'Fob could not approve',
  push_quiet: 'No more requests for now',
  no_push: 'No such request to approve',
} as const;

/** What the API's description says of the routes. */
export const pushTexts = {
  ask: {
    summary: 'Ask the user’s fob to approve a log-in',
    description:
      'The answer looks the same whether or not there is such a user with such a fob, and whether or not password and PIN were right. Show the number: the fob shows the same one.',
  },
  take: {
    summary: 'Log in by an approved request, once',
    description:
      'Accepted for the session and the application that asked, once, and within a minute; 202 while nobody has decided yet, after a wait of up to `waitMs`; everything else is refused alike.',
  },
  withdraw: {
    summary: 'Ask no more',
    description: 'The fob forgets the request. The answer is the same for one that is over or is not there.',
  },
} as const;
