import type { Activation } from 'passfob/activation/activation-string';
import { relayActivation } from 'passfob/activation/relay';
import type { RelayDone, RelayEvent } from 'passfob/activation/relay-options';
import { openedSocket } from 'passfob/activation/socket';
import type { CarrierStep } from 'passfob/carrier/messages';
import { FobError } from 'passfob/errors';
import { byId, sayProblem, sayStatus, texts } from './dom.ts';
import type { PortalFob } from './fob.ts';

/** The line of the list for each step. */
const LINES: Readonly<Record<CarrierStep, string>> = {
  plug: 'plug',
  hello: 'hello',
  code: 'pairing',
  pairing: 'pairing',
  care: 'pairing',
  writing: 'writing',
  pin: 'press',
  press: 'press',
};

/** Relays bytes between the fob and the service until the token is active. @throws FobError as `relayActivation` */
export async function enrol(activation: Activation, fob: PortalFob, signal: AbortSignal): Promise<RelayDone> {
  markLine('plug');
  try {
    return await relayActivation({
      activation,
      openSocket: (url, ending) => openedSocket(new WebSocket(url), ending),
      openFob: ending => fob.open(ending),
      askCode,
      report,
      signal,
    });
  } finally {
    byId('code-form').hidden = true;
    byId('choose-again').hidden = true;
  }
}

function report(event: RelayEvent): void {
  if (event.event === 'connecting') sayStatus(texts.connecting);
  else if (event.event === 'lost') sayStatus(texts.reconnecting);
  else if (event.event === 'entered') {
    const { user, serial } = event;
    const line = serial === null ? texts.user : texts.expected;
    const place = byId('user');
    place.textContent = line.replace('{user}', () => user).replace('{serial}', () => serial ?? '');
    place.hidden = false;
  } else {
    markLine(LINES[event.step]);
    sayStatus(event.text);
  }
}

/** Marks the current line of the list and those before it as done, by words as well as by looks. */
function markLine(line: string): void {
  let state = 'done';
  for (const item of byId('run').querySelectorAll<HTMLElement>('li[data-step]')) {
    const isHere = item.dataset.step === line;
    if (isHere) state = 'now';
    item.dataset.state = state;
    if (isHere) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
    const mark = item.querySelector('.mark');
    if (mark) mark.textContent = (state === 'later' ? '' : item.dataset[state]) ?? '';
    if (isHere) state = 'later';
  }
}

/** Asks the user to type the code on the fob's screen. */
function askCode(isAgain: boolean, signal: AbortSignal, showAgain: () => void): Promise<string> {
  const form = byId<HTMLFormElement>('code-form');
  const input = byId<HTMLInputElement>('code');
  const button = byId('show-code');
  sayProblem(isAgain ? texts.wrongCode : '');
  input.toggleAttribute('aria-invalid', isAgain);
  form.hidden = false;
  input.value = '';
  input.focus();
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      form.hidden = true;
      form.removeEventListener('submit', submit);
      button.removeEventListener('click', show);
      signal.removeEventListener('abort', cancel);
      finish();
    };
    const cancel = () => settle(() => reject(new FobError('cancelled')));
    const submit = (event: Event) => {
      event.preventDefault();
      const typed = input.value;
      input.value = '';
      sayProblem('');
      sayStatus(texts.codeSent);
      byId('run-heading').focus();
      settle(() => resolve(typed));
    };
    // The typed text and the cursor stay.
    const show = () => {
      sayStatus(texts.codeWished);
      input.focus();
      showAgain();
    };
    form.addEventListener('submit', submit);
    button.addEventListener('click', show);
    signal.addEventListener('abort', cancel, { once: true });
  });
}
