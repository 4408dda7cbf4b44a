import { FobError } from '../../errors.ts';
import { filled, settingsTexts } from '../base/texts.ts';

/** @throws FobError `bad-input` */
export function proxyUrl(text: string, source: string): URL {
  // By common convention a bare HOST:PORT is http.
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    throw new FobError('bad-input', {
      ...settingsTexts.badProxy,
      sentence: filled(settingsTexts.badProxy.sentence, { source: `of ${source}` }),
    });
  return url;
}
