import { badInput } from './enrolment.ts';

const EXAMPLE =
  'Give one otpauth URI as services show it, such as otpauth://totp/ISSUER:NAME?secret=SECRET&issuer=ISSUER';

/** An otpauth URI split into parts, not decoded yet. */
export interface UriParts {
  /** In the host's position: `totp`, `hotp` or `ocra`, in lower case. */
  readonly type: string;
  /** After the type's slash, up to the question mark. */
  readonly path: string;
  readonly query: string;
}

/**
 * @param text a URI with white space, quotes or angle brackets around it
 * @throws FobError `bad-input` for anything that is not one otpauth URI
 */
export function splitUri(text: string): UriParts {
  const uri = text.replace(/^[\s"'<]+|[\s"'>]+$/g, '');
  if (uri === '') throw badInput('There is no otpauth URI: the input is empty.', EXAMPLE);
  if (/^otpauth-migration:/i.test(uri)) {
    throw badInput(
      'This is an export of Google Authenticator, which holds one account or several.',
      'Put it into a file or an image, and run: passfob import FILE',
    );
  }
  if (/[\r\n]/.test(uri)) {
    const several = (uri.match(/otpauth:\/\//gi)?.length ?? 0) > 1;
    throw badInput(
      several ? 'The input holds more than one otpauth URI.' : 'The input has more than one line.',
      several
        ? 'Enrol one account at a time, or put them into a file and run: passfob import FILE'
        : 'Give the URI on one line.',
    );
  }
  const match = /^otpauth:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/i.exec(uri);
  if (/^steam:/i.test(uri) || match?.[1]?.toLowerCase() === 'steam') throw steam();
  if (!match && /^[a-z2-7\s=-]+$/i.test(uri)) {
    throw badInput(
      'This looks like a bare secret, not like an otpauth URI.',
      'Give it to: passfob enroll --secret - --label NAME',
    );
  }
  if (!match) throw badInput(notOtpauth(uri), EXAMPLE);
  const [, type = '', path = '', query = ''] = match;
  // A URI copied from HTML source still has the separator as an entity.
  return { type: type.toLowerCase(), path, query: query.replaceAll('&amp;', '&') };
}

function notOtpauth(uri: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(uri)) return 'This is a link, but not an otpauth URI.';
  return 'This is not an otpauth URI.';
}

/** @throws FobError `bad-input` for a broken escape; `what` names the place in its sentence */
export function decodePercent(encoded: string, what: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw badInput(
      `The ${what} of the URI has a "%" that is not followed by the hexadecimal digits of UTF-8 text.`,
      'Write a percent sign as %25, or copy the URI again.',
    );
  }
}

export interface UriParameters {
  /** By their names in lower case, decoded and trimmed; without empty ones. */
  readonly values: ReadonlyMap<string, string>;
  /** Names in lower case of the URI's parameters that do not affect passcodes. */
  readonly others: readonly string[];
}

const KNOWN = ['secret', 'issuer', 'algorithm', 'digits', 'period', 'counter', 'alphabet', 'suite'];

/**
 * Parses the query. A `+` is a space, as in forms and in the apps.
 * @throws FobError `bad-input` for one given twice with different values
 */
export function readParameters(query: string): UriParameters {
  const values = new Map<string, string>();
  const others = new Set<string>();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const written = (equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    // No standard names this parameter; libraries that write OCRA URIs use either name.
    const name = written === 'ocrasuite' ? 'suite' : written;
    const encoded = equals < 0 ? '' : part.slice(equals + 1);
    if (!KNOWN.includes(name)) {
      if (name === 'encoder' && encoded.toLowerCase() === 'steam') throw steam();
      if (name !== '') others.add(name);
      continue;
    }
    const value = decodePercent(encoded.replaceAll('+', ' '), name).trim();
    const before = values.get(name);
    if (before !== undefined && before !== value) {
      throw badInput(`The URI gives its ${name} twice, with different values.`, 'Remove the wrong one.');
    }
    if (value !== '') values.set(name, value);
  }
  return { values, others: [...others] };
}

/** Parameters that change the look of an account in some app, but not its passcodes. */
const HARMLESS =
  'background codedisplay color colour foreground group icon image lock logo note pin serial tags thumbnail user'.split(
    ' ',
  );

/**
 * Makes warnings about unused parameters. Repeats a name only if it is known: in a mangled URI the secret may be in
 * the position of a name.
 * @throws FobError `bad-input` for parameters without which the passcodes would be wrong
 */
export function warningsAbout(others: readonly string[]): string[] {
  if (others.some(name => name.startsWith('2step_'))) {
    throw badInput(
      'The URI is the first half of a two-step enrolment, which a fob cannot complete.',
      'Ask the administrator of the service for an enrolment in one step.',
    );
  }
  const harmless = others.filter(name => HARMLESS.includes(name));
  const unknown = others.length - harmless.length;
  const warnings = harmless.map(name => `The parameter "${name}" of the URI is not used.`);
  if (unknown === 1) warnings.push('One parameter of the URI is unknown and was ignored.');
  if (unknown > 1) warnings.push(`${unknown} parameters of the URI are unknown and were ignored.`);
  return warnings;
}

/** Steam's passcodes have 5 letters of an alphabet of their own. */
export function steam(): Error {
  return badInput(
    "This is a Steam account: its passcodes are five characters of Steam's own alphabet, which no fob has.",
    'Keep it in the app of Steam, and enrol accounts of type totp or hotp.',
  );
}
