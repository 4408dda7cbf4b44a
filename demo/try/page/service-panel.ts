import { readPairingCode } from 'passfob/client';
import type { WorkerPort } from '../fob/port.ts';
import { LOG_ROWS_MAX } from '../limits.ts';
import type { PasscodeKind } from '../service/passcodes.ts';
import type { UserService } from '../service/service.ts';
import { make, makeButton, makeField, say } from './dom.ts';
import { problemText } from './problems.ts';
import { texts } from './texts.ts';

const { service: words } = texts;

/** What the parts of the view share: one act at a time, its result, and what changes after it. */
interface Acts {
  readonly service: UserService;
  /** Runs an act while all buttons are off; `work` returns the sentence about its result. */
  run(work: (tell: (text: string) => void) => Promise<string>): void;
  /** Called after each act, to show what is possible now. */
  readonly updates: (() => void)[];
}

/** The elements that show what the service does, and whether it may do something now. */
interface PanelElements {
  readonly result: HTMLElement;
  readonly log: HTMLElement;
  readonly parts: HTMLFieldSetElement;
}

/** Returns the acts of a service. None is possible during an act, or while the fob is behind on a journey through time. */
function actsOf(service: UserService, port: WorkerPort, { result, log, parts }: PanelElements): Acts {
  const updates: (() => void)[] = [];
  let isBusy = false;
  let isTravelling = false;
  const allow = () => {
    parts.disabled = isBusy || isTravelling;
  };
  port.listen(message => {
    if (message.tell !== 'time') return;
    isTravelling = message.behindMs > 0;
    allow();
  });
  const done = (text: string) => {
    say(result, text);
    log.prepend(make('li', {}, text));
    while (log.children.length > LOG_ROWS_MAX) log.lastElementChild?.remove();
  };
  return {
    service,
    updates,
    run(work) {
      if (parts.disabled) return;
      const before = document.activeElement;
      isBusy = true;
      allow();
      say(result, words.busy);
      void work(text => say(result, text))
        .then(done, error => done(problemText(error)))
        .finally(() => {
          isBusy = false;
          allow();
          for (const update of updates) update();
          // A field that was off has lost the focus.
          if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
        });
    },
  };
}

/** Shows the service of one user: what it can do next, and what it did. @param port of the user's fob */
export function makeServicePanel(service: UserService, port: WorkerPort): HTMLElement {
  const result = make('p', { class: 'result', role: 'status' });
  const log = make('ol', { class: 'log', tabindex: 0, 'aria-label': words.log });
  const parts = make('fieldset', { class: 'acts' });
  const acts = actsOf(service, port, { result, log, parts });
  parts.append(
    make('legend', { class: 'unseen' }, words.heading(service.user)),
    pairing(acts),
    enrolment(acts),
    signInByPasscode(acts),
    signInByApproval(acts),
  );
  for (const update of acts.updates) update();
  return make(
    'div',
    { class: 'service' },
    make('h3', {}, words.heading(service.user)),
    result,
    parts,
    make('details', {}, make('summary', {}, words.log), log),
  );
}

function part(heading: string, explained: string, ...children: readonly HTMLElement[]): HTMLElement {
  return make(
    'section',
    { class: 'part' },
    make('h4', {}, heading),
    make('p', { class: 'hint' }, explained),
    ...children,
  );
}

/** Makes a line with fields and a button, sent by the button or by Enter: a sandboxed frame sends no forms. */
function line(send: () => void, button: string, ...fields: readonly HTMLElement[]): HTMLElement {
  const element = make('div', { class: 'line' }, ...fields, makeButton(button, send));
  element.addEventListener('keydown', event => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) send();
  });
  return element;
}

function pairing({ service, run, updates }: Acts): HTMLElement {
  let serial = '';
  const start = makeButton(words.pair.start, () =>
    run(async () => {
      const shown = await service.startPairing();
      serial = shown.serial;
      entry.hidden = false;
      return words.pair.shown(shown.seconds);
    }),
  );
  const code = make('input', { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', size: 24 });
  const entry = line(
    () =>
      run(async () => {
        const read = readPairingCode(code.value);
        if (read === undefined) return words.pair.malformed;
        await service.finishPairing(read);
        code.value = '';
        return words.pair.done(serial);
      }),
    words.pair.finish,
    makeField(words.pair.code, code),
  );
  entry.hidden = true;
  const mark = make('p', { class: 'mark' });
  updates.push(() => {
    mark.textContent = service.isPaired ? `✓ ${words.pair.mark}` : '';
    start.hidden = service.isPaired;
    if (service.isPaired) entry.hidden = true;
    else if (!entry.hidden) code.focus();
  });
  return part(words.pair.heading, words.pair.explained, mark, start, entry);
}

function enrolment({ service, run, updates }: Acts): HTMLElement {
  const kinds = Object.keys(words.enrol.kinds) as (keyof typeof words.enrol.kinds)[];
  const has = (kind: PasscodeKind | 'push') =>
    kind === 'push' ? service.hasPush : service.account(kind) !== undefined;
  const buttons = kinds.map(kind => {
    const button = makeButton(words.enrol.kinds[kind], () =>
      run(async () => {
        if (kind === 'push') {
          await service.enrolPush();
          return words.enrol.done.push;
        }
        const label = words.enrol.labels[kind](service.user);
        await service.enrol(kind, label);
        return words.enrol.done[kind](label);
      }),
    );
    updates.push(() => {
      button.disabled = !service.isPaired || has(kind);
      button.textContent = has(kind)
        ? `${words.enrol.kinds[kind]}: ${words.enrol.mark}`
        : words.enrol.kinds[kind];
    });
    return button;
  });
  const clock = makeButton(words.clock.button, () =>
    run(async tell => {
      await service.setClock(() => tell(words.clock.hold));
      return words.clock.done;
    }),
  );
  updates.push(() => {
    clock.disabled = !service.isPaired;
  });
  return part(words.enrol.heading, words.enrol.explained, make('div', { class: 'line' }, ...buttons, clock));
}

function signInByPasscode({ service, run, updates }: Acts): HTMLElement {
  const kinds = Object.keys(words.check.kinds) as PasscodeKind[];
  const kind = make(
    'select',
    {},
    ...kinds.map(one => make('option', { value: one }, words.check.kinds[one])),
  );
  const passcode = make('input', { autocomplete: 'off', inputmode: 'numeric', size: 10 });
  const send = () =>
    run(async () => {
      const one = kind.value as PasscodeKind;
      const { outcome, ...facts } = service.check(one, passcode.value);
      return words.check.outcomes[outcome]({ kind: one, ...facts });
    });
  const entry = line(
    send,
    words.check.button,
    makeField(words.check.kind, kind),
    makeField(words.check.passcode, passcode),
  );
  updates.push(() => {
    const enrolled = kinds.filter(one => service.account(one) !== undefined);
    for (const option of kind.options) option.disabled = !enrolled.includes(option.value as PasscodeKind);
    if (kind.selectedOptions[0]?.disabled !== false && enrolled[0] !== undefined) kind.value = enrolled[0];
    for (const element of [kind, passcode, ...entry.querySelectorAll('button')])
      element.disabled = enrolled.length === 0;
  });
  return part(words.check.heading, words.check.explained, entry);
}

function signInByApproval({ service, run, updates }: Acts): HTMLElement {
  const button = makeButton(words.push.button, () =>
    run(async tell => {
      const request = service.newPush();
      tell(words.push.sent);
      const number = String(request.number).padStart(2, '0');
      return words.push.outcomes[
        await service.requestApproval(request, () => tell(words.push.shown(number)))
      ];
    }),
  );
  updates.push(() => {
    button.disabled = !service.hasPush;
  });
  return part(words.push.heading, words.push.explained, button);
}
