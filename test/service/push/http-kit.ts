/** Sends an application's request about pushes. */
export function send(url: string, apiKey: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/pushes${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(body),
  });
}
