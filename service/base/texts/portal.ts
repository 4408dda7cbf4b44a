import type { PortalTexts } from 'passfob/activation/portal';
import { buttonTexts } from 'passfob/button-texts';

/** Every text of the page on which users activate their fobs. Its script gets its texts from `island`. */
export const portalTexts = {
  title: 'Activate your fob',
  lead: 'Set up your fob here once, with the link, QR code or string that you received.',
  steps: 'Progress',
  alone: {
    heading: 'This page needs its script',
    lead: 'Either this browser runs no scripts, or the script could not be loaded. You can activate your fob in two other ways:',
  },
  ways: {
    browser:
      'Open the link in Chrome, Edge, Opera or another browser of the Chromium family, on a computer. Firefox, Safari and phones cannot reach a fob.',
    command: 'Or run this command and paste the string when it asks for it:',
    commandLine: 'passfob activate',
    string: 'The string is the part of your link that begins with “pf1”.',
  },
  enter: {
    heading: 'Your activation string',
    lead: 'Open the link in your mail, or give the string in one of these ways.',
    paste: 'Activation string',
    pasteHint: 'It begins with pf1. Capitals, spaces, dashes and line breaks do not matter.',
    clipboard:
      'The clipboard is shared with every program on this computer, and perhaps with your other devices. Copy the string only if you have to, and copy something else afterwards. The string stops working once your fob is active. Never copy passcodes.',
    submit: 'Continue',
    image: 'Image file with the QR code',
    imageHint: 'A screenshot or a photograph. It is read in this page and sent nowhere.',
    camera: 'Read it with the camera',
    cameraStop: 'Stop the camera',
    cameraHint: 'What the camera sees stays in this page.',
    video: 'What the camera sees',
  },
  elsewhere: {
    heading: 'This string is for another service',
    lead: 'It belongs to:',
    check: 'Go there only if you know this name: your fob would be set up for that service.',
  },
  unable: {
    heading: 'This browser cannot reach a fob',
    lead: 'Your string is valid and still unused. Use it in one of these ways.',
    plain: 'A browser does not let a page reach a fob over plain http. Open the service over https.',
  },
  carry: {
    heading: 'Use another computer',
    qr: 'Show the QR code',
    qrHint:
      'Open this service’s activation page there and hold the code in front of its camera. Anyone who photographs the code can use it before you do: show it to nobody.',
    string: 'Show the string',
    hide: 'Hide it again',
    stringLabel: 'Activation string',
  },
  ready: {
    heading: 'Plug in your fob',
    lead: 'Connect your fob to this computer by USB. Then choose it in the list that your browser shows.',
    given: 'Use the fob that is plugged in',
    serial: 'Choose my fob',
    hid: 'My fob is not in the list',
    hidHint: 'Some fobs are in a second list.',
    bluetooth: 'My fob is a watch',
    bluetoothHint: 'A watch needs no cable: it is reached by Bluetooth. Keep it near.',
  },
  run: {
    heading: 'Your fob is being set up',
    keep: 'Leave the fob plugged in and this page open.',
    steps: {
      plug: 'Plug in your fob',
      hello: 'Your fob is recognised',
      pairing: 'Your fob is paired',
      writing: 'Your token is written',
      press: 'You hold the button for a second',
    },
    done: 'done',
    now: 'now',
    code: 'Code on the fob’s screen',
    codeHint: 'Capitals and spaces do not matter.',
    codeSubmit: 'Continue',
    codeShow: 'Show the code again',
    codeShowHint: 'Press the button of the fob to take the code off its screen.',
    chooseAgain: 'Choose the fob again',
    stop: 'Stop',
  },
  done: {
    heading: 'Your fob is active',
    lead: `You can log in with the next passcode of your fob. ${buttonTexts.nextByClock} ${buttonTexts.showPasscode}`,
    serial: 'Serial number of your token:',
    submit: 'Open your page',
    hint: 'There you can try a passcode, name your fob, or report it lost.',
  },
  failed: {
    heading: 'It did not work',
    again: 'Try again',
    over: 'Use another string',
  },
  island: {
    badString:
      'This is not a whole activation string: a character is wrong, missing or extra. Copy it again, from “pf1” to its end.',
    elsewhere: 'Go to {host}',
    noQr: 'No activation code was found in this image. Use a sharp one that holds the whole QR code and some white around it.',
    badImage: 'Your browser cannot read this file as an image. Choose another file.',
    noCamera: 'The camera cannot be used. Allow it for this page, or use an image file or the string.',
    looking: 'Hold the QR code in front of the camera.',
    found: 'The code was read.',
    qrLabel: 'QR code of your activation string',
    connecting: 'Connecting to the service.',
    reconnecting: 'The connection was lost. Trying again. Finished steps are kept.',
    codeSent: 'Thank you. One moment.',
    codeWished: 'The fob is asked to show its code again.',
    wrongCode: 'That code was not right. Look at the fob’s screen again.',
    startOver: 'Open the link from your mail again, or give the string.',
    unplugged:
      'The fob is not connected any more. Plug it in again, or bring the watch near; the activation continues.',
    silent: 'The service cannot be reached now. Finished steps are kept: try again in a moment.',
    failed: 'Something went wrong in this page. Finished steps are kept: try again.',
    problems: {
      notChosen: 'No fob was chosen. Plug it in, then choose it in the list.',
      busy: 'Another page or program has the fob open. Close it, then try again.',
      forbidden:
        'Your browser does not let this page ask for a fob. An administrator may have switched that off.',
      failed:
        'Your browser could not open the fob. Unplug it and plug it in again, or bring the watch near, and try once more.',
    },
    user: 'For {user}.',
    expected: 'For {user}, with the fob {serial}.',
  } satisfies PortalTexts,
} as const;
