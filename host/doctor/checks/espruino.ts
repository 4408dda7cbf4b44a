import { type Finding, finding } from '../base/finding.ts';

/** Says which versions of Espruino are good: only a board that is opened tells its own. */
export function checkEspruino(): Finding[] {
  return [finding('espruino', 'unknown', 'espruino-unread')];
}
