import { htmlUnescape } from 'escape-goat';
import { pause } from 'passfob/client/pause';
import { FobError } from 'passfob/errors';
import { HTTP_TIMEOUT_MS, PROGRESS_INTERVAL_MS, PUSH_TIMEOUT_MS } from './limits.ts';
import { texts } from './texts.ts';

/** A user's browser, which talks to the service only by its pages, over HTTP. */

/** The result of a log-in: the status and title of the page that followed. */
export interface LoginSeen {
  readonly isAccepted: boolean;
  readonly status: number;
  readonly title: string;
}

/**
 * Opens the login page, fills in its form and submits it.
 * @param origin of the service
 * @throws FobError `no-answer`
 */
export async function logIn(origin: string, user: string, passcode: string): Promise<LoginSeen> {
  const empty = await get(`${origin}/login`);
  const form = new URLSearchParams({ attempt: inputValue(empty.text, 'attempt'), user, passcode });
  const { status, text } = await get(`${origin}/login`, {
    method: 'POST',
    body: form,
    headers: { origin, 'sec-fetch-site': 'same-origin' },
  });
  return { isAccepted: status === 200, status, title: decoded(/<title>(.*?)<\/title>/s.exec(text)?.[1]) };
}

/** A log-in that waits for approval, in one browser. */
export interface PushSeen {
  /** The number to compare. */
  readonly number: string;
  /** Waits until the page no longer waits, and returns the result. @throws FobError `no-answer` */
  decided(): Promise<LoginSeen>;
}

/**
 * Fills in only the user name and presses Autosend.
 * @param origin of the example application
 * @throws FobError `no-answer`
 */
export async function autosend(origin: string, user: string): Promise<PushSeen> {
  const sent = await get(`${origin}/login`, {
    method: 'POST',
    body: new URLSearchParams({ user, passcode: '', by: 'push' }),
    headers: { origin, 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  });
  const cookie = sent.cookie.split(';')[0] ?? '';
  const look = () => get(`${origin}/`, { headers: { cookie } });
  const number = numberOn((await look()).text);
  if (number === '') throw new FobError('no-answer', texts.errors.noPush);
  return {
    number,
    async decided() {
      const untilMs = Date.now() + PUSH_TIMEOUT_MS;
      for (;;) {
        const { status, text } = await look();
        if (numberOn(text) === '') return loginSeen(status, text);
        if (Date.now() > untilMs) throw new FobError('no-answer', texts.errors.noPush);
        await pause(PROGRESS_INTERVAL_MS);
      }
    },
  };
}

const numberOn = (page: string) => /<p class="number">(\d\d)<\/p>/.exec(page)?.[1] ?? '';

function loginSeen(status: number, page: string): LoginSeen {
  const title = decoded(/<title>(.*?)<\/title>/s.exec(page)?.[1]);
  return { isAccepted: page.includes('action="/logout"'), status, title };
}

/** A replay alert as the administrator's console shows it. */
export interface AlertSeen {
  readonly title: string;
  /** In words: "1 time", "2 times". */
  readonly times: string;
  /** The facts of the alert by their headings: user, token … */
  readonly facts: ReadonlyMap<string, string>;
}

/** The administrator's console in one browser, opened once and then read. */
export interface OperatorPane {
  /** The alerts, latest first. @throws FobError `no-answer` */
  alerts(): Promise<AlertSeen[]>;
}

/**
 * Opens the administrator's console. @param link used up by this call @throws FobError `no-answer` if it does not
 * open
 */
export async function enterOperatorPane(link: string): Promise<OperatorPane> {
  const { origin, pathname, searchParams } = new URL(link);
  const body = new URLSearchParams({ key: searchParams.get('key') ?? '', act: 'enter' });
  // A GET of the link only shows a button; this sends the request of that button.
  const init: RequestInit = { method: 'POST', redirect: 'manual', headers: { origin }, body };
  const entry = await get(origin + pathname, init);
  const cookie = entry.cookie.split(';')[0] ?? '';
  const location = new URL(entry.location || '/', link);
  if (cookie === '') throw new FobError('no-answer', texts.errors.operatorShut);
  return {
    async alerts() {
      const { status, text } = await get(location.href, { headers: { cookie } });
      if (status !== 200) throw new FobError('no-answer', texts.errors.operatorShut);
      return [...text.matchAll(/<li class="alert">(.*?)<\/li>/gs)].map(([, item = '']) => alertOf(item));
    },
  };
}

function alertOf(item: string): AlertSeen {
  const head = /<p class="alert-head"><span>(.*?)<\/span> <span[^>]*>(.*?)<\/span>/s.exec(item);
  const facts = [...item.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/gs)].map(
    ([, term, value]) => [decoded(term), decoded(value)] as const,
  );
  return { title: decoded(head?.[1]), times: decoded(head?.[2]), facts: new Map(facts) };
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
  readonly location: string;
}

async function get(url: string, init: RequestInit = {}): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
    return {
      status: response.status,
      text: await response.text(),
      cookie: response.headers.get('set-cookie') ?? '',
      location: response.headers.get('location') ?? '',
    };
  } catch (cause) {
    throw new FobError('no-answer', { ...texts.errors.serviceSilent, cause });
  }
}

function inputValue(page: string, name: string): string {
  return decoded(new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]);
}

/** Returns the text of markup as a person reads it. */
function decoded(markup = ''): string {
  return htmlUnescape(markup.replace(/<[^>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();
}
