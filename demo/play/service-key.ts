import { FobError } from 'passfob/errors';
import type { Stage } from './stage.ts';

/**
 * Returns the API key of the log-in application, a secret: the service hands one out at its first start; later starts
 * create another.
 * @throws FobError `bad-input`
 */
export async function apiKeyOf({ service }: Stage): Promise<string> {
  if (service.apiKey !== null) return service.apiKey;
  const renewed = await service.renewApiKey();
  if (!renewed.ok) throw new FobError('bad-input', { sentence: renewed.refusal.text });
  return renewed.value;
}
