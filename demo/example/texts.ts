/** Every English text of the example application. */
export const texts = {
  login: {
    title: 'Log in',
    lead: 'Press the button of your fob until it shows your account and no passcode. Then hold the button for a second.',
    user: 'User name',
    passcode: 'Passcode',
    passcodeHint: 'Spaces and dashes do not matter. Leave it empty for Autosend.',
    submit: 'Log in',
    autosend: 'Autosend',
    autosendHint: `Autosend: the fob that is plugged in shows this log-in. Hold the button of the fob for a second to approve.`,
  },
  refused: {
    passcode: 'The log-in was not accepted.',
    passcodeNext: 'Take a new passcode, and type it again.',
    push: 'The log-in was not approved.',
    pushNext: 'Send it again, or type a passcode.',
    missing: 'There is no user name, or no passcode.',
    missingNext: 'Fill in both, or select Autosend with the user name alone.',
    silent: 'The log-in cannot be decided now.',
    silentNext: 'Try again in a minute. If it fails again, tell your administrator.',
    busy: 'There were too many attempts.',
    busyNext: 'Wait a minute, then try again.',
  },
  waiting: {
    title: 'Approve it on your fob',
    lead: 'This log-in is for',
    number: 'Your fob must show the number',
    steps: `Compare user and number with those on the fob. If they are the same: Hold the button of the fob for a second to approve. If they differ: Press the button to decline. A fob that is locked asks for its PIN first: enter it on the fob.`,
    status: 'Waiting for your fob.',
    reload: 'See whether it is approved',
    instead: 'Or type a passcode',
    cancel: 'Give up',
  },
  welcome: {
    title: 'Logged in',
    as: 'You are logged in as',
    again: 'Log out',
  },
  problems: {
    notFound: 'There is no such page.',
    foreign: 'This form came from another site.',
    tooMany: 'Too many pages are open.',
    failed: 'Something went wrong here.',
    back: 'Back to the log-in page',
  },
  main: {
    help: `npm run example -- --service URL --key-file FILE [options]

An application that lets people log in by passcode or by approval on their fob. It uses nothing of Passfob except the
public API of a service: take it as the pattern for your own.

It asks for user name and passcode alone: the factors of its application at the service must be otp. A user who must give
a PIN or password, too (pin_otp, password_otp, a fob whose PIN is at the service) is refused. Your application sends
these, as pin and password, beside the passcode and with a request for approval.

  --service URL    the service, for example https://tokens.example.org
  --key-file FILE  a file with the application's API key in it (passfob service application-key)
  --ca FILE        PEM of the only authority to trust
  --port NUMBER    port on this computer (default 8081)
  --name NAME      name on the pages (default: Example)
  --help           prints this

Exit codes: 0 ended as asked, 1 it did not start, 2 wrong usage.`,
    listening: (url: string) => `Open ${url} in a browser. Press Ctrl-C to end.`,
    usage: (reason: string) => `example: ${reason}\nRun: npm run example -- --help`,
    needs: '--service and --key-file are needed.',
    badService: 'The service needs an https address, or http on this computer.',
    noFile: (path: string) => `The file ${path} cannot be read.`,
    badPort: 'The port is a number from 0 to 65535.',
    silent: (service: string) =>
      `The service at ${service} does not answer.\nStart it (passfob serve), or correct --service, or name its authority with --ca.`,
    keyRefused: (service: string) =>
      `The service at ${service} refuses the API key.\nMake one with passfob service application-key, and put it into the file of --key-file.`,
    portInUse: (port: number) =>
      `Port ${port} of 127.0.0.1 is in use.\nStop the other program, or choose another port: --port ${port < 65_535 ? port + 1 : port - 1}`,
    failed: (reason: string) => `example: the application cannot start (${reason}).`,
  },
} as const;
