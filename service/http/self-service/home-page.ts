import { html, type Markup, nothing, type Tone } from '../../base/html.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import type { KnownApplication } from '../../subjects/applications/cache.ts';
import { serviceApplicationNow } from '../login/service-application.ts';
import { actionLink, actions, badge, facts, momentOr, section } from '../web/parts.ts';
import { type CareParts, careParts } from './care-parts.ts';
import { attemptField } from './fields.ts';
import { fobOfUser } from './fob-of.ts';
import { type Message, query, SELF_SERVICE, type SelfServicePage, selfServiceForm } from './layout.ts';
import { pinPart, userLogInFields } from './pin.ts';
import type { SelfServiceContext } from './request-context.ts';
import { type TokenOfUser, tokensOfUser } from './tokens.ts';

/** Returns the page with a user's tokens and the possible actions. */
export async function homePage(visit: SelfServiceContext, message?: Message): Promise<SelfServicePage> {
  const fobs = byFob(await tokensOfUser(visit.context.db, visit.session.userId));
  const body =
    fobs.length === 0
      ? html`<p class="empty">${selfServiceTexts.none}</p>`
      : html`${await fobsMarkup(visit, fobs)}${await passcodeParts(visit, await serviceApplicationNow(visit.context))}${await pinPart(visit)}`;
  return {
    title: selfServiceTexts.title,
    message,
    main: body,
  };
}

/** A passcode is tried as in a log-in, so only while a token is usable. */
async function passcodeParts(
  visit: SelfServiceContext,
  application: KnownApplication | undefined,
): Promise<Markup> {
  const { test, resync } = selfServiceTexts;
  const form = application && {
    path: '/test',
    fields: [attemptField(), ...(await userLogInFields(visit, application.factors))],
    submit: test.submit,
  };
  const body =
    form === undefined
      ? html`<p class="lead">${test.closed}</p>`
      : html`<p class="lead">${test.lead}</p>${selfServiceForm(visit, form)}`;
  return html`${section('test', test.heading, body)}
${section('resync', resync.heading, html`<p class="lead">${resync.lead}</p><div class="actions">${actionLink(`${SELF_SERVICE}/resync`, resync.link)}</div>`)}`;
}

/** Groups tokens by their fob; a token without a known fob stands alone. */
function byFob(tokens: readonly TokenOfUser[]): TokenOfUser[][] {
  const groups = new Map<string, TokenOfUser[]>();
  for (const token of tokens) {
    const key = token.fob === null ? `token ${token.serial}` : `fob ${token.fob}`;
    groups.set(key, [...(groups.get(key) ?? []), token]);
  }
  return [...groups.values()];
}

const tones: Readonly<Record<keyof typeof selfServiceTexts.states, Tone>> = {
  assigned: 'plain',
  active: 'good',
  suspended: 'warn',
};

async function fobsMarkup(visit: SelfServiceContext, fobs: readonly TokenOfUser[][]): Promise<Markup[]> {
  return Promise.all(
    fobs.map(async (tokens, index) => {
      const serial = tokens[0]?.fob ?? '';
      const fob = serial === '' ? undefined : await fobOfUser(visit, serial);
      return fobMarkup(tokens, index, fob && careParts(visit, fob, index));
    }),
  );
}

function fobMarkup(tokens: readonly TokenOfUser[], index: number, care: CareParts | undefined): Markup {
  const [first] = tokens;
  if (first === undefined) return nothing;
  const { fob: text } = selfServiceTexts;
  const usable = tokens.find(({ state }) => state !== 'suspended');
  const acts = [
    ...(care?.acts ?? []),
    first.fob === null ? nothing : actionLink(`${SELF_SERVICE}/name?${query({ fob: first.fob })}`, text.name),
    usable === undefined
      ? nothing
      : actionLink(`${SELF_SERVICE}/lost?${query({ token: usable.serial })}`, text.lost),
    actionLink(`${SELF_SERVICE}/another?${query({ token: first.serial })}`, text.another),
  ];
  // Without a name the serial number is the heading.
  const serial = first.fob === null || first.nickname === '' ? [] : [[text.serial, first.fob] as const];
  const body = html`${facts([...serial, ...tokens.flatMap(tokenFacts), ...(care?.facts ?? [])])}
${care?.state ?? nothing}
${usable === undefined ? html`<p class="lead">${selfServiceTexts.suspendedNext}</p>` : nothing}
${actions(acts)}`;
  const heading = first.fob === null ? text.unknown : first.nickname || text.unnamed(first.fob);
  return section(`fob-${index}`, heading, body);
}

function tokenFacts(token: TokenOfUser): (readonly [string, Markup])[] {
  const { fob: text } = selfServiceTexts;
  const state = token.state as keyof typeof selfServiceTexts.states;
  return [
    [token.name || token.serial, badge(tones[state], selfServiceTexts.states[state])],
    [text.lastUsed, html`${momentOr(token.lastUsedMs, text.never)}`],
  ];
}
