import { randomBytes } from 'node:crypto';
import type { Field } from '../console/kit/fields.ts';
import { actionLink, actions, badge, facts, momentOr, section, type Tone } from '../console/kit/parts.ts';
import { limits } from '../limits.ts';
import { meTexts } from '../texts/me.ts';
import { texts } from '../texts.ts';
import { html, type Markup, nothing } from '../web/html.ts';
import { ME, type Message, type OwnPage, ownForm } from './layout.ts';
import { type OwnToken, ownTokens } from './own.ts';
import type { OwnVisit } from './visit.ts';

/** A field for a passcode. */
export function passcodeField(name: string, label: string): Field {
  return {
    name,
    label,
    max: limits.passcodeFieldMax,
    autocomplete: 'one-time-code',
    isNumber: true,
    hint: texts.login.passcodeHint,
  };
}

/** A field for the PIN that the service asks for where a token's policy says so. */
export function pinField(): Field {
  return {
    name: 'pin',
    label: texts.login.pin,
    kind: 'password',
    optional: true,
    max: limits.passcodeFieldMax,
    isNumber: true,
    hint: meTexts.pinHint,
  };
}

/** A key by which repeats of one page's form are one request. */
export function attemptField(): Field {
  return {
    name: 'attempt',
    label: '',
    kind: 'hidden',
    value: randomBytes(limits.attemptKeyBytes).toString('base64url'),
  };
}

/** What a user has, and what they can do with it. */
export async function homePage(visit: OwnVisit, message?: Message): Promise<OwnPage> {
  const fobs = byFob(await ownTokens(visit.context.db, visit.session.userId));
  const body =
    fobs.length === 0
      ? html`<p class="empty">${meTexts.none}</p>`
      : html`${fobs.map(fobMarkup)}${passcodeParts(visit)}`;
  return {
    title: meTexts.title,
    message,
    main: body,
  };
}

function passcodeParts(visit: OwnVisit): Markup {
  const { test, resync } = meTexts;
  const form = ownForm(visit, {
    path: '/test',
    fields: [attemptField(), pinField(), passcodeField('passcode', texts.login.passcode)],
    submit: test.submit,
  });
  return html`${section('test', test.heading, html`<p class="lead">${test.lead}</p>${form}`)}
${section('resync', resync.heading, html`<p class="lead">${resync.lead}</p><div class="actions">${actionLink(`${ME}/resync`, resync.link)}</div>`)}`;
}

/** Tokens that are in one fob together; each whose fob is not known by itself. */
function byFob(tokens: readonly OwnToken[]): OwnToken[][] {
  const groups = new Map<string, OwnToken[]>();
  for (const token of tokens) {
    const key = token.fob === null ? `token ${token.serial}` : `fob ${token.fob}`;
    groups.set(key, [...(groups.get(key) ?? []), token]);
  }
  return [...groups.values()];
}

const tones: Readonly<Record<keyof typeof meTexts.states, Tone>> = {
  assigned: 'plain',
  active: 'good',
  suspended: 'warn',
};

/** What people call a fob: its name, or else its serial number. */
export function fobName({ nickname, fob, serial }: OwnToken): string {
  return nickname || (fob ?? serial);
}

function fobMarkup(tokens: readonly OwnToken[], index: number): Markup {
  const [first] = tokens;
  if (first === undefined) return nothing;
  const { fob: text } = meTexts;
  const usable = tokens.find(({ state }) => state !== 'suspended');
  const acts = [
    first.fob === null ? nothing : actionLink(`${ME}/name?${query('fob', first.fob)}`, text.name),
    usable === undefined ? nothing : actionLink(`${ME}/lost?${query('token', usable.serial)}`, text.lost),
  ];
  const serial = first.fob === null ? [] : [[text.serial, first.fob] as const];
  const body = html`${facts([...serial, ...tokens.flatMap(tokenFacts)])}
${usable === undefined ? html`<p class="lead">${meTexts.suspendedNext}</p>` : nothing}
${actions(acts)}`;
  const heading = first.fob === null ? text.unknown : first.nickname || text.unnamed;
  return section(`fob-${index}`, heading, body);
}

function tokenFacts(token: OwnToken): (readonly [string, Markup])[] {
  const { fob: text } = meTexts;
  const state = token.state as keyof typeof meTexts.states;
  return [
    [token.name || token.serial, badge(tones[state], meTexts.states[state])],
    [text.lastUsed, html`${momentOr(token.lastUsedMs, text.never)}`],
  ];
}

function query(name: string, value: string): string {
  return new URLSearchParams({ [name]: value }).toString();
}
