import { userLimits } from './limits/users.ts';

/** Dot-string of RFC 5321 §4.1.2. The quoted form is refused: it can hold nearly any character. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/**
 * Returns one plausible e-mail address, the domain in lower case. ASCII only (an internationalised domain in its
 * `xn--` form). Lists, display names, line breaks and other characters with a meaning in a mail header are refused.
 *
 * @returns undefined if the text is no such address
 */
export function prepareEmail(typed: string): string | undefined {
  if (typed.length > userLimits.emailMax) return undefined;
  const at = typed.lastIndexOf('@');
  const local = typed.slice(0, Math.max(at, 0));
  const domain = typed.slice(at + 1).toLowerCase();
  if (local.length > userLimits.emailLocalMax || !LOCAL.test(local)) return undefined;
  const labels = domain.split('.');
  const isDomain = labels.every(
    label => label.length <= userLimits.emailDomainLabelMax && DOMAIN_LABEL.test(label),
  );
  return isDomain ? `${local}@${domain}` : undefined;
}
