/** Every English text of the demo, except the page's (`page/texts.ts`). */

import { DEMO_BOARDS } from './boards.ts';

const again = 'Run the demo again; if it fails again, report what it printed.';

export const texts = {
  help: `npm start [-- options]

Starts a simulated fob and a service, has a user enrol the fob by the mail that she gets, and shows it in one page: the
fob, an application to log in to by passcode or by approval on the fob, the operator's console, the user's mails.

  --transcript   does the whole job by itself, without a browser, and prints each step
  --keep DIR     keeps fob and service in DIR and goes on with them next time; without it they are in a
                 temporary folder that goes at the end
  --board NAME   the board that the fob is: ${DEMO_BOARDS.join(', ')}; without it pico
  --open         opens the page in the browser of this computer
  --help         prints this

Exit codes: 0 ended as asked (transcript: every step had the expected result), 1 failed, 2 wrong usage.`,

  usage: {
    keepWhat: '--keep needs the name of a folder.',
    boardWhat: `--board is one of ${DEMO_BOARDS.join(', ')}.`,
    openWhat: '--open opens the page, but --transcript has no page.',
    unreadable: 'The arguments cannot be understood.',
  },

  errors: {
    usage: (reason: string) => ({ sentence: reason, next: 'Run: npm start -- --help' }),
    interrupted: { sentence: 'The demo was interrupted.', next: 'Run it again when you are ready.' },
    noLink: 'No link for the operator could be made. Load the page again.',
    noKey:
      'Only the person who started the demo can open this page. Open the address that npm start printed: it ends with a key.',
    otherPage: 'The request came from another page. Load the page of the demo again.',
    agentSlow: { sentence: 'The service did not reach the fob through the agent.', next: again },
    noPush: { sentence: 'The log-in page does not wait for the fob.', next: again },
    noMails: 'The mails cannot be read now. Load the page again.',
    internal: (name: string) => ({
      sentence: `The demo has an internal error (${name}).`,
      next: 'Set PASSFOB_DEBUG=1, run it again and report what it prints.',
    }),
    noFolder: (path: string) => ({
      sentence: `The folder ${path} cannot be made or written to.`,
      next: 'Name another one with --keep.',
    }),
    folderInUse: (path: string) => ({
      sentence: `Another demo works in the folder ${path}.`,
      next: 'End it, or name another folder with --keep.',
    }),
    notBuilt: { sentence: 'The simulator is not built.', next: 'Run: npm run build' },
    fobTooSlow: { sentence: 'The simulated fob did not start in time.', next: again },
    fobGone: (reason: string) => ({
      sentence: `The simulated fob has ended, and the demo cannot continue without it (${reason}).`,
      next: again,
    }),
    fobSilent: { sentence: 'The simulated fob does not answer.', next: again },
    fobRefused: (reason: string) => ({
      sentence: `The simulated fob could not do it: ${reason}.`,
      next: again,
    }),
    screenMissing: (what: string) => ({
      sentence: `The display of the fob did not come to ${what}.`,
      next: again,
    }),
    serviceSilent: { sentence: 'The service does not answer over HTTP.', next: again },
    operatorShut: { sentence: 'The administrator’s console does not open.', next: again },
    accountUnknown: { sentence: 'The inventory does not hold the account that is on the fob.', next: again },
    noPort: (reason: string) => ({
      sentence: `The demo cannot open a port of this computer for its page (${reason}).`,
      next: 'Check that programs may listen on 127.0.0.1, then run the demo again.',
    }),
    notBlank: {
      sentence: 'The fob in this folder has an owner already, and the transcript starts with a blank one.',
      next: 'Name a new folder with --keep, or leave --keep out.',
    },
    ownedElsewhere: {
      sentence: 'The fob in this folder belongs to a command line, and the page needs one of the service.',
      next: 'Name a new folder with --keep, or leave --keep out.',
    },
    step: (number: number, title: string, reason: string) => `Step ${number}, “${title}”, failed. ${reason}`,
    unexpected: (expected: string, got: string) => ({
      sentence: `Expected: ${expected}. Got: ${got}.`,
      next: again,
    }),
  },

  /** Names of expected screens. */
  screens: {
    any: 'show anything',
    next: 'another screen after the press',
    pairingCode: 'the pairing code',
    dark: 'go dark without power',
    lit: 'light up again with power',
    passcode: (issuer: string) => `a passcode of ${issuer}`,
    question: 'ask something',
  },

  agent: { service: 'Passfob' },

  noPty: (reason: string) =>
    `This system has no pseudo-terminal (${reason}): the fob is reached over TCP instead of a serial port.`,
  ready: {
    starting: 'Starting a simulated fob and a log-in service …',
    fob: (serial: string, board: string, firmware: string) =>
      `Fob ${serial} (board ${board}, firmware ${firmware}), simulated`,
    paired: (port: string, user: string) => `Enrolled by ${user}, who had a mail about it, over ${port}`,
    kept: (path: string) => `Everything is kept in ${path}`,
    open: (url: string) => `Open this page in a browser:  ${url}`,
    key: 'The address has a key. Anyone who has it is the administrator here: keep it to yourself.',
    opening: 'It is being opened.',
    notOpened: 'No browser could be opened: copy the address into one.',
    end: 'Press Ctrl-C to end.',
    ended: 'Ended; nothing is left running.',
  },

  transcript: {
    heading: 'Passfob: pair, enrol, hold, log in. Every value below was read from the fob or the service.',
    done: (steps: number) => `All ${steps} steps had the expected result.`,
    steps: {
      start: 'Start a simulated fob',
      pair: 'Pair it by the code on its display',
      clock: 'Set its clock',
      enrol: (name: string) => `Enrol “${name}” with a fresh seed`,
      handOver: 'Give the seed to the service',
      press: 'Hold the button and read the passcode',
      logIn: 'Type it into the log-in form',
      logInAgain: 'Type the same passcode again',
      alert: 'Look at the administrator’s console',
      powerCut: 'Cut the power and give it back',
      pressOther: (issuer: string) => `Go to “${issuer}” by the button, hold it and read the passcode`,
      pressNext: 'Have another passcode of the same account',
      logInBoth: 'Log in with the first passcode, then with the second',
      logInFirst: 'Log in with the first passcode again',
      bring: 'Mail an activation to a second user, and activate a second fob with it',
      agent: 'Start the agent of the fobs’ computer',
      approve: 'Select Autosend on a log-in page, and hold the button',
      report: 'Select Autosend again, and report it',
    },
    facts: {
      port: 'port',
      serial: 'serial',
      board: 'board',
      firmware: 'firmware',
      state: 'state',
      display: 'display',
      code: 'code',
      before: 'before',
      after: 'after',
      account: 'account',
      proof: 'proof',
      token: 'token',
      user: 'user',
      seed: 'seed',
      passcode: 'passcode',
      answer: 'answer',
      result: 'result',
      alert: 'alert',
      clock: 'clock',
      accounts: 'accounts',
      mail: 'mail',
      number: 'number',
    },
    overPty: (path: string) => `${path} (pseudo-terminal, through the serial driver)`,
    overTcp: (address: string, reason: string) => `${address} (no pseudo-terminal here: ${reason})`,
    codeRead: (characters: number) => `read from the screen (${characters} characters)`,
    paired: 'owned; its keys are in the inventory, sealed',
    clockUnset: 'not set',
    clockSet: (time: string, differenceMs: number, uncertaintyMs: number) =>
      `${time}, ${differenceMs < 0 ? '−' : '+'}${Math.abs(differenceMs)} ms beside this computer (known to ${uncertaintyMs} ms)`,
    account: (kind: string, algorithm: string, digits: number, period: number | undefined) =>
      `${kind.toUpperCase()}, ${algorithm}, ${digits} digits${period === undefined ? '' : `, ${period} s`}`,
    proved: 'by a MAC over a fresh nonce: right',
    seedKept: 'handed over inside this process: not over HTTP, not printed',
    valid: (code: string, secondsLeft: number | undefined) =>
      secondsLeft === undefined ? code : `${code} (${secondsLeft} s left)`,
    differs: (code: string) => `${code} (not the one before)`,
    dark: 'dark',
    answer: (status: number, title: string) => `HTTP ${status}, “${title}”`,
    accepted: 'accepted',
    refused: 'refused',
    mail: (to: string, subject: string) => `to ${to}: “${subject}”`,
    agentProved: 'the service has proved the fob through it',
    replay: (title: string, times: string, facts: string) => `${title}, ${times}: ${facts}`,
    allProved: (names: readonly string[]) => `${names.join('; ')}: all proved`,
    expected: {
      blank: 'a blank fob',
      owned: 'a fob with an owner',
      clock: (ms: number) => `a clock within ${ms} ms`,
      alerts: (count: number, user: string, token: string) =>
        `${count} alerts, the newest for ${user} and token ${token}, 1 time`,
      accounts: (count: number) => `${count} accounts`,
      otherPasscode: 'another passcode than before',
      mail: 'a mail with a link',
      number: (number: string) => `the number ${number} on the display`,
      report: (user: string) => `an alert about ${user}, 1 time`,
    },
  },
} as const;
