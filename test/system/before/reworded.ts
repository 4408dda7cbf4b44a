/** Texts for people in the OpenAPI document that were reworded: the wording of before, and of now. */
export const REWORDED: Readonly<Record<string, string>> = {
  'A shared secret that the client has already. Without it one is made.':
    'A shared secret that the client already uses. If it is omitted, the service makes one.',
  'Add a channel. A key made for a webhook is shown once.':
    'Add a channel. A generated webhook key is shown once.',
  'Ask a question that the user’s fob answers. The answer is the same whether or not there is such a user with such a fob. A new question ends the user’s earlier one.':
    'Create a question for the user’s fob. The response is the same for an unknown user and for a user without such a fob. A new question ends the user’s earlier one.',
  'Ask no more. The fob forgets the request.': 'Withdraw the request. The fob drops it.',
  'Ask the user’s fob to approve a log-in. The answer is the same whether or not there is such a user with such a fob. Show the number: the fob shows the same one.':
    'Ask the user’s fob to approve a log-in. The response is the same for an unknown user and for a user without such a fob. Show the number: the fob shows the same one.',
  'Ask the user’s fob whether the caller of help desk is who they say they are. Read the number to the caller.':
    'Ask the user’s fob to confirm a caller of the help desk. Read the number to the caller.',
  'Cancel what is left of a job.': 'Cancel the remaining rows of a job.',
  'Change settings; what is left out stays.': 'Change settings. Omitted settings stay.',
  'Change what a token is called.': 'Rename a token.',
  'Change what a user is called or written to at.':
    'Change the display name or the e-mail address of a user.',
  'Change what an application’s log-ins must show.': 'Change the factors that an application requires.',
  'Change what tokens made by a policy from now on are like.':
    'Change a policy. The change applies to new tokens only.',
  'Check every row of the audit and its chain of seals.':
    'Verify every row of the audit and its chain of checkpoints.',
  'Create a RADIUS client. A shared secret that is made is shown once.':
    'Create a RADIUS client. A generated shared secret is shown once.',
  'Do so for all tokens that are refused because the clock was ahead.':
    'Move the last accepted step back to the present for all tokens that are refused because a clock was ahead.',
  'Find a token again by two consecutive passcodes.': 'Resynchronise a token with two consecutive passcodes.',
  'For assign: lines of user and serial number; for activate the latter may be left out.':
    'For assign: lines of user and serial number. For activate the serial number is optional.',
  'Give a RADIUS client a shared secret that it has already. The old one ends.':
    'Set the shared secret of a RADIUS client to one that the client already uses. The old secret stops working.',
  'Give a RADIUS client another shared secret, shown once. The old one ends.':
    'Replace the shared secret of a RADIUS client with a generated one, shown once. The old secret stops working.',
  'Give an application another API key, shown once. The old one ends.':
    'Replace the API key of an application. The new key is shown once; the old key stops working.',
  'Give out another code in the place of one that did not arrive. The old one ends.':
    'Replace an activation by one with a new code. The old code stops working.',
  'Have a user choose a PIN, by a passcode and the PIN of before, or by the proof of a log-in that asked for one. Nobody is let in.':
    'Set the PIN that a user chose. This needs a passcode and the current PIN, or the proof of a log-in that asked for a new PIN. It logs nobody in.',
  'Holds the one-time code. Shown once where it is handed over in person, and null where it is mailed.':
    'Holds the one-time code. Shown once for handing over in person; null if it is mailed.',
  'Keep an application from asking.': 'Disable an application: its requests are refused.',
  'Keep an operator out.': 'Disable an operator: sessions end, and signing in is refused.',
  'Let a paused job go on.': 'Resume a paused job.',
  'Let a user enrol a fob. A string to be handed over in person is shown once.':
    'Start an activation, which lets a user enrol a fob. An activation string for handing over in person is shown once.',
  'Let an application ask again.': 'Enable an application again.',
  'Let an operator in again.': 'Enable an operator again.',
  'List mails to users, newest first, and what became of them.':
    'List mails to users with their state, newest first.',
  'List the last activations of a user, with how they stand and why.':
    'List the last activations of a user, with state and reason.',
  'List the ways by which alerts reach people.': 'List the channels for alerts.',
  'List what became of log-ins, latest first, with the real reasons.':
    'List log-ins with their outcome and real reason, latest first.',
  'List what operators did, newest first.': 'List the audit of operator acts, newest first.',
  'Log in by an approved request, once: for the session and the application that asked. 202 where nobody has decided yet after a wait of up to `waitMs`.':
    'Log in with an approved request, once, for the session and the application that asked. 202 if the request is still undecided after up to `waitMs`.',
  'Log in by the answer to a question, once: for the session and the application that asked, within a minute. Everything else is refused alike.':
    'Log in with the answer to a question, once, within a minute, for the session and the application that asked. All other requests get the same refusal.',
  'Note that somebody has looked at an alert.': 'Acknowledge an alert.',
  'Of the log-in there. It never comes back.': 'The password at the mail server. Never returned.',
  'Remove a RADIUS client: what it sends is dropped.': 'Remove a RADIUS client. Its packets are dropped.',
  'Remove a policy by which no token was made.': 'Remove a policy that was never used for a token.',
  'Remove sealed rows of the audit from before a time.':
    'Remove the rows of the audit that a checkpoint covers and that are older than a time.',
  'Say how a check of a caller stands. Nobody is logged in by it.':
    'Show the state of a check of a caller. It logs nobody in.',
  'Say what an import would do, row by row. Nothing is changed.':
    'Show the result of an import, row by row. Nothing is changed.',
  'Say who is asking, with what role.': 'Show the caller and its role.',
  'Set a token aside, for a user or for nobody yet.': 'Reserve a token, for a user or without a user.',
  'Set the mail server by which users are written to.': 'Set the mail server for mails to users.',
  'Show the mail server by which users are written to.': 'Show the mail server for mails to users.',
  'Start a job that imports the rows which can be taken.': 'Start a job that imports the valid rows.',
  'Take a notification that a mail could not be delivered (RFC 3464).':
    'Process a delivery status notification, such as a bounce (RFC 3464).',
  'Take a user’s PIN away, so that the user must choose another.':
    'Reset a user’s PIN. The user must choose another.',
  'Take the last accepted step of a token back from the future, after the clock was ahead.':
    'Move the last accepted step of a token back to the present, after a clock was ahead.',
  'The key that a PSKC file is under, in hexadecimal.': 'The key of a PSKC file, in hexadecimal.',
  'The mail server’s password, or the key of a webhook’s signatures. It never comes back.':
    'The mail server’s password, or the key of a webhook’s signatures. Never returned.',
  'The password that the files are under.': 'The password of the files.',
  'The shared secret that was made. Shown once; it is kept sealed. Null where it was entered.':
    'The generated shared secret. Shown once and stored encrypted. Null if it was entered.',
  'To be read to the caller, whose fob shows it.': 'Read it to the caller, whose fob shows it.',
  'What a PIN is chosen with (`POST /v1/pins`).': 'Proof for choosing a PIN (`POST /v1/pins`).',
  'What a request for an approval on the fob is given: an Access-Challenge, a wait, or a refusal.':
    'The answer to a request for an approval on the fob: an Access-Challenge, a wait, or a refusal.',
  'Who it is, by the name that the service has: not always as it was typed. Go by this one.':
    'The canonical user name, which can differ from the typed name. Use this one.',
  'Whom users are told to ask.': 'The contact that mails tell users to ask.',
  '`next` of the page before.': '`next` of the previous page.',
  '`push` where an approval on the fob let the user in; null with every other log-in, and every other outcome.':
    '`push` if an approval on the fob logged the user in; null with every other log-in, and every other outcome.',
};
