import { FobError } from 'passfob/errors';
import type { Stage } from './stage.ts';

/**
 * The key of the log-in application, a secret: the first start of a service hands one out, and later ones another.
 * @throws FobError `bad-input`
 */
export async function apiKeyOf({ service }: Stage): Promise<string> {
  if (service.apiKey !== null) return service.apiKey;
  const renewed = await service.renewApiKey();
  if (!renewed.ok) throw new FobError('bad-input', { sentence: renewed.refusal.text });
  return renewed.value;
}
