import type { Activation } from 'passfob/activation/activation-string';
import type { RelayStep } from 'passfob/activation/messages';
import { relayActivation } from 'passfob/activation/relay';
import type { RelayDone, RelayEvent } from 'passfob/activation/relay-options';
import { openedSocket } from 'passfob/activation/socket';
import { FobError } from 'passfob/errors';
import { byId, sayProblem, sayStatus, texts } from './dom.ts';
import type { PortalFob } from './fob.ts';

/** Which line of the list a step belongs to. */
const LINES: Readonly<Record<RelayStep, string>> = {
  plug: 'plug',
  hello: 'hello',
  code: 'pairing',
  pairing: 'pairing',
  writing: 'writing',
  pin: 'press',
  press: 'press',
};

/** Carries the bytes between the fob and the service until the token is active. @throws FobError as `relayActivation` */
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

/** Marks where it is in the list; what came before is done. By words, not by looks alone. */
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

/** Has the code on the fob's screen typed. */
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
    // What was typed stays, and goes on where it stood.
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
