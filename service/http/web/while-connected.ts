import type { FastifyRequest } from 'fastify';

/** Does work whose signal aborts once nobody waits for the answer: the client is gone, or the service ends. */
export async function whileConnected<T>(
  { raw: { socket } }: FastifyRequest,
  work: (gone: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  socket.once('close', abort);
  if (socket.destroyed) abort();
  try {
    return await work(gone.signal);
  } finally {
    socket.off('close', abort);
  }
}
