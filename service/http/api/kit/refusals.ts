import type { RefusalCode } from '../../../base/results.ts';
import { apiTexts } from '../../../base/texts/api.ts';
import { refusalStatuses, refusalTexts } from '../../../base/texts/refusals.ts';

/** Returns a refusal as a problem (RFC 9457 §3). `detail` may say more than the registry if the action knows more. */
export function refusalJson(
  code: RefusalCode,
  requestId: string,
  detail: string = refusalTexts[code],
): string {
  const status = refusalStatuses[code];
  return JSON.stringify({
    type: `urn:passfob:problem:${code}`,
    title: apiTexts.refusedTitles[status],
    status,
    detail,
    code,
    accepted: false,
    requestId,
  });
}
